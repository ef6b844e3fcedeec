/** Real dumps, which scripts/dumps.sh made, put where a release keeps them. */

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const made = path.resolve(".cache/dumps");

/** `skip` option of a test that needs them: false, or the reason. */
export const withoutDumps: string | false = existsSync(`${made}/made`)
  ? false
  : "there are no dumps in .cache/dumps: run scripts/dumps.sh";

export type DumpForm = "flat" | "lzo" | "raw" | "elf";

/** One of the files dumps.sh made. */
export const madeDump = (name: DumpForm | "dmesg" | "vmcore-dmesg.txt"): string => `${made}/${name}`;
const said = (name: string) => readFileSync(`${made}/${name}`, "utf8").trim();
/** uname -r of the machine that crashed, and its clock just before, in seconds since 1970. */
export const crashed = (): { readonly release: string; readonly when: number } => ({
  release: said("release"),
  when: Number(said("when")),
});

/** A dump as kdump-config saves it: `dump.STAMP` and `dmesg.STAMP` in a directory STAMP. Returns the dump's path in the root. */
export function stampDump(
  root: string,
  stamp: string,
  form: DumpForm = "flat",
  parent = "/var/crash",
): string {
  const directory = `${root}${parent}/${stamp}`;
  mkdirSync(directory, { recursive: true });
  copyFileSync(madeDump(form), `${directory}/dump.${stamp}`);
  copyFileSync(madeDump("dmesg"), `${directory}/dmesg.${stamp}`);
  return `${parent}/${stamp}/dump.${stamp}`;
}

/** A dump as kexec-tools saves it: `vmcore` and `vmcore-dmesg.txt` in `127.0.0.1-DATE`. */
export function dateDump(root: string, date: string, form: DumpForm = "lzo", parent = "/var/crash"): string {
  const directory = `${root}${parent}/127.0.0.1-${date}`;
  mkdirSync(directory, { recursive: true });
  copyFileSync(madeDump(form), `${directory}/vmcore`);
  copyFileSync(madeDump("vmcore-dmesg.txt"), `${directory}/vmcore-dmesg.txt`);
  return `${parent}/127.0.0.1-${date}/vmcore`;
}

/** What a capture kernel leaves that loses its power while it saves. */
export function cutShort(from: string, to: string, bytes: number): void {
  mkdirSync(path.dirname(to), { recursive: true });
  writeFileSync(to, readFileSync(from).subarray(0, bytes));
}
