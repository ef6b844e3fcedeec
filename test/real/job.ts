/** What the tests of whole runs share: calling the tool on a root, and reading what boots without our own reader. */

import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { type Ended, inside, must, type RunOptions, runTool } from "../support/roots.js";
import { temporaryDirectory } from "../support/temporary.js";

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

/** A program that is only looked for; it can do nothing. */
export function standIn(root: string, program: string): void {
  writeFileSync(`${root}/usr/sbin/${program}`, "#!/bin/sh\nexit 1\n");
  chmodSync(`${root}/usr/sbin/${program}`, 0o755);
}

/** Packages may be installed and removed without the minute that packing initrds takes; settings of initramfs-tools. */
export function quickInitramfs(root: string): void {
  edit(root, "/etc/initramfs-tools/update-initramfs.conf", "update_initramfs=yes", "update_initramfs=no");
  writeFileSync(`${root}/etc/initramfs-tools/conf.d/quick`, "MODULES=list\nCOMPRESS=lz4\n");
}

/**
 * Puts a shell script in front of the generator. In it `real` runs the real one with the same arguments and "$out"
 * is the file it was told to write. It stands in /run, so that it can be changed between two pictures of the tree.
 */
export function wrapGenerator(root: string, script: string, generator = "/usr/sbin/update-grub"): void {
  const real = `${generator}.real`;
  if (!existsSync(root + real)) {
    renameSync(root + generator, root + real);
    const lines = [
      "#!/bin/sh",
      'for out; do :; done; self=$0; args="$*"',
      'real() { "$self.real" $args; }',
      ". /run/generator",
    ];
    writeFileSync(root + generator, `${lines.join("\n")}\n`);
    chmodSync(root + generator, 0o755);
  }
  writeFileSync(`${root}/run/generator`, `${script}\n`);
}

/** A file system of its own in a file, mounted over the directory with a copy of what stands there. */
export async function onFileSystem(
  t: TestContext,
  dir: string,
  type: "ext4" | "xfs",
  megabytes: number,
): Promise<void> {
  const image = path.join(temporaryDirectory(t), `${type}.img`);
  const script = `
    truncate -s "$3M" "$1"; "mkfs.$4" -q "$1"; mkdir "$2.copy"; mount -o loop "$1" "$2.copy"
    cp -a "$2/." "$2.copy/"; mount --move "$2.copy" "$2"; rmdir "$2.copy"`;
  await must(["sh", "-ec", script, "sh", image, dir, String(megabytes), type]);
}
