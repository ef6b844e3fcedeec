/** What the tests of whole runs share: calling the tool on a root, and reading what boots without our own reader. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type Ended, inside, must, type RunOptions, runTool } from "../support/roots.js";

/** Where a run may write, and a bit more; the whole tree takes seconds to look at. */
export const NEAR = {
  ignore: ["run", "var/lib/kdump-setup"],
  only: ["boot", "etc", "var/lib", "lib/systemd", "usr/lib/systemd", "usr/sbin", "tmp", "root"],
};

/** kdump-setup --root ROOT --ram 4G …; all of it is text. */
export function tool(root: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runTool(["--root", root, "--ram", "4G", ...args], options);
}

export interface Answer {
  readonly code: number | null;
  readonly stderr: string;
  // biome-ignore lint/suspicious/noExplicitAny: a document under test is whatever it is
  readonly json: any;
}

/** The same with --format json: standard output has to be one document with our schema. */
export async function ask(root: string, args: readonly string[], options: RunOptions = {}): Promise<Answer> {
  const ended = await tool(root, [...args, "--format", "json"], options);
  const json = JSON.parse(ended.stdout);
  assert.equal(json.schema, "kdump-setup/1");
  return { code: ended.code, stderr: ended.stderr, json };
}

export interface Boots {
  readonly title: string;
  readonly recovery: boolean;
  /** the kernel's whole line */
  readonly line: string;
  readonly crashkernel: readonly string[];
}

export const GRUB_CFG = "/boot/grub/grub.cfg";
export const GRUB2_CFG = "/boot/grub2/grub.cfg";

/** Every entry with a kernel, as a person reads the file: a title, and the next line that loads a kernel. */
export function entries(root: string, config = GRUB_CFG): readonly Boots[] {
  let title = "";
  return readFileSync(root + config, "utf8")
    .split("\n")
    .flatMap((text) => {
      title = /^\s*menuentry '([^']*)'/.exec(text)?.[1] ?? title;
      if (!/^\s*linux(16|efi)?\s/.test(text)) return [];
      const words = text.trim().split(/\s+/);
      const crashkernel = words.filter((word) => /crashkernel=/.test(word));
      return [{ title, recovery: /recovery|rescue mode/.test(title), line: words.join(" "), crashkernel }];
    });
}

/** Every normal entry carries exactly these words, recovery entries none, and GRUB accepts the file. */
export async function assertBoots(
  root: string,
  words: readonly string[],
  about: { readonly normal: number; readonly config?: string; readonly check?: string },
): Promise<void> {
  const all = entries(root, about.config);
  const normal = all.filter((entry) => !entry.recovery);
  assert.equal(normal.length, about.normal, JSON.stringify(all, null, 1));
  for (const entry of normal) assert.deepEqual(entry.crashkernel, words, entry.line);
  await must(["chroot", root, about.check ?? "grub-script-check", about.config ?? GRUB_CFG]);
}

/** What the system's own shell makes of its own files, as its generator reads them. */
export async function shellSays(root: string, shell = "dash", dropIns = true): Promise<string> {
  const sources = dropIns
    ? '. /etc/default/grub; for x in /etc/default/grub.d/*.cfg; do if [ -e "$x" ]; then . "$x"; fi; done'
    : ". /etc/default/grub";
  const ended = await inside(root, [
    shell,
    "-c",
    `set -e; ${sources}; printf '%s' "$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT"`,
  ]);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout.trim().split(/\s+/).join(" ");
}

/** A change by hand, which must find what it changes. */
export function edit(root: string, file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(root + file, "latin1");
  const changed = text.replace(from, () => to);
  assert.notEqual(changed, text, `${from} is not in ${file}`);
  writeFileSync(root + file, changed, "latin1");
}

export function content(root: string, file: string): string {
  return readFileSync(root + file, "latin1");
}
