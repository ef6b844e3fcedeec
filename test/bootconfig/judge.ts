import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const found = spawnSync("grub-script-check", ["--version"]).error === undefined;
/** `skip` option of a test that asks GRUB's own parser */
export const withoutJudge: string | false = found
  ? false
  : "grub-script-check (package grub-common) is not installed";

/** Does GRUB's own parser accept the text? Returns what it says against it, or null. */
export function grubRefuses(text: string): string | null {
  const ended = spawnSync("grub-script-check", [], { input: Buffer.from(text, "latin1"), timeout: 30_000 });
  return ended.status === 0 ? null : ended.stderr.toString() || `status ${ended.status}`;
}

const files = path.resolve("../shared/corpus/files");
export const withoutCorpus: string | false = existsSync(files) ? false : "../shared/corpus is not there";

/** Other people's GRUB configurations: name and bytes as latin1. */
export function corpus(): readonly { readonly name: string; readonly text: string }[] {
  if (withoutCorpus !== false) return [];
  return readdirSync(files)
    .filter((name) => name.startsWith("grub_cfg"))
    .sort()
    .map((name) => ({ name, text: readFileSync(path.join(files, name), "latin1") }));
}
