import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { Reader } from "../../src/machine/machine.js";
import { openReader } from "../../src/machine/reader.js";

/** What stands at a path: a file's text, a link, an empty directory, a program. */
export type Node = string | { readonly link: string } | { readonly dir: true } | { readonly program: string };
export type Tree = Readonly<Record<string, Node>>;

/** A directory with that in it, as an image's reader. It is removed after the test. */
export function imageOf(t: TestContext, tree: Tree): Reader {
  const root = mkdtempSync(path.join(tmpdir(), "kdump-facts-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, node] of Object.entries(tree)) {
    const at = path.join(root, name);
    mkdirSync(path.dirname(at), { recursive: true });
    if (typeof node === "string") writeFileSync(at, node, "latin1");
    else if ("link" in node) symlinkSync(node.link, at);
    else if ("dir" in node) mkdirSync(at, { recursive: true });
    else {
      writeFileSync(at, node.program, "latin1");
      chmodSync(at, 0o755);
    }
  }
  return openReader(root);
}

/** The same, looked at as the running system: its /proc, /sys and /run are files of the tree. */
export function liveOf(t: TestContext, tree: Tree): Reader {
  return { ...imageOf(t, tree), image: false };
}

/** A file's beginning that says which machine an ELF program is for. */
export function elf(machine: number, big = false): string {
  const bytes = Buffer.alloc(64);
  bytes.write("\x7fELF", "latin1");
  bytes[4] = 2;
  bytes[5] = big ? 2 : 1;
  if (big) bytes.writeUInt16BE(machine, 18);
  else bytes.writeUInt16LE(machine, 18);
  return bytes.toString("latin1");
}
