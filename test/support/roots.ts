/** Real roots to work on: a fresh, writable copy of one that scripts/roots.sh made, for one test. */

import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { type Ended, must, type RunOptions, run } from "./run.js";

export * from "./run.js";
export * from "./snapshot.js";

/** Roots made of that release's own packages: the name with -bare is the same without kdump-tools. */
export const DEBIANS = ["debian11", "debian12", "debian13"] as const;
/** Whose menu comes from entries of the boot loader specification. */
export const WITH_BLS = ["rhel8", "rhel9", "rhel10", "fedora43", "amzn2023"] as const;
export type RootName =
  | (typeof DEBIANS)[number]
  | `${(typeof DEBIANS)[number]}-bare`
  | "ubuntu2204"
  | "centos7"
  | "sles155"
  | "sles156"
  | "sles16"
  | (typeof WITH_BLS)[number];

const made = (name: RootName): string => path.resolve(".cache/roots", name);

/** `skip` option of a test that works on such a root: false, or the reason. */
export function withoutRoot(name: RootName): string | false {
  if (process.getuid?.() !== 0) return "only root can mount and chroot";
  return existsSync(`${made(name)}.made`) ? false : `there is no .cache/roots/${name}: run scripts/roots.sh`;
}

/**
 * A copy of that root which the test may change, with /proc and a small /dev; gone when the test has ended. It is
 * an overlay; where that cannot be mounted (an upper directory that is itself on an overlay goes onto a tmpfs
 * first) it is a plain copy, which takes seconds, and the test says so.
 */
export async function overlayRoot(t: TestContext, name: RootName): Promise<string> {
  const missing = withoutRoot(name);
  if (missing !== false) throw new Error(missing);
  const base = mkdtempSync(path.join(tmpdir(), `kdump-${name}-`));
  const root = path.join(base, "root");
  t.after(async () => {
    await unmountBelow(base);
    // never into a mount that could not be taken away
    await must(["rm", "-rf", "--one-file-system", "--", base]);
  });

  const why = await overlay(made(name), base, root);
  if (why !== null) {
    t.diagnostic(`NO OVERLAY, ${name} is copied as a whole: ${why}`);
    await must(["cp", "-a", "--reflink=auto", "--one-file-system", `${made(name)}/.`, `${root}/`], {
      seconds: 600,
    });
  }
  await must(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", path.join(root, "dev")]);
  await must(["cp", "-a", `${made(name)}/dev/.`, path.join(root, "dev")]);
  await must(["mount", "-t", "proc", "proc", path.join(root, "proc")]);
  return root;
}

/** A program of that root, run in it (chroot), with the environment of a login of root. */
export async function inside(
  root: string,
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<Ended> {
  const env = [
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LC_ALL=C.UTF-8",
    "DEBIAN_FRONTEND=noninteractive",
  ];
  return await run(["chroot", root, "env", "-i", ...env, ...argv], options);
}

/** Mounts lower with a writable layer in base at root; null when it worked, else why not. */
async function overlay(lower: string, base: string, root: string): Promise<string | null> {
  const attempt = async (): Promise<string | null> => {
    const upper = path.join(base, "upper");
    for (const dir of [upper, path.join(base, "work"), root]) mkdirSync(dir, { recursive: true });
    // the top directory is the upper one's, so it must look like the lower one's
    chmodSync(upper, lstatSync(lower).mode & 0o7777);
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${path.join(base, "work")}`;
    const ended = await run(["mount", "-t", "overlay", "-o", layers, "overlay", root]);
    return ended.code === 0 ? null : ended.stderr.trim();
  };
  const first = await attempt();
  if (first === null) return null;
  const tmpfs = await run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", base]);
  if (tmpfs.code !== 0) return first;
  const second = await attempt();
  if (second !== null) await must(["umount", base]);
  return second;
}

/** Everything mounted at or below that directory, the innermost first; lazily when something still uses it. */
async function unmountBelow(base: string): Promise<void> {
  const table = await must(["findmnt", "-rno", "TARGET"]);
  const below = table.split("\n").filter((target) => target === base || target.startsWith(`${base}/`));
  for (const target of below.reverse()) {
    const ended = await run(["umount", target]);
    if (ended.code !== 0) await must(["umount", "-l", target]);
  }
}
