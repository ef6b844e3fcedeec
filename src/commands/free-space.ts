import type { Machine } from "../machine/machine.js";

/**
 * Bytes free on the file system there, by the system's own stat(1), or why it does not say. A child with a time limit:
 * where a server is gone statfs(2) waits for ever, and Node 16 has none of its own. `free`: %a is what a plain user may
 * have, %f all there is.
 */
export async function freeBytesAt(
  machine: Machine,
  path: string,
  free: "%a" | "%f",
  timeoutSeconds: number,
): Promise<{ readonly bytes: number } | { readonly why: string }> {
  const argv = ["stat", "--file-system", `--format=${free} %S`, "--", path] as const;
  const ran = await machine.run({ argv, timeoutSeconds });
  const [, blocks, size] = /^(\d+) (\d+)$/.exec(ran.stdout.trim()) ?? [];
  if (ran.exitCode === 0 && blocks !== undefined && size !== undefined)
    return { bytes: Number(blocks) * Number(size) };
  const [said = ""] = ran.stderr.trim().split("\n");
  return { why: `stat ${ran.failure ?? `says: ${said}`}` };
}
