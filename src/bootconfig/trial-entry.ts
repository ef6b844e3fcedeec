import type { ByteText } from "../types.js";
import { isCrashkernel } from "./crashkernel-word.js";
import { defaultEntry } from "./default-kernel.js";
import { type MenuEntry, readGrubCfg } from "./grub-cfg.js";

/** What `next_entry` of grubenv is set to, for one boot. */
export const TRIAL_ID = "kdump-setup-trial";
/** On the command line of a trial boot and of no other. The kernel takes a word with a dot for a module's, and ignores it. */
export const TRIAL_MARK = "kdump_setup.trial=1";
/** Added where the entry says nothing of it: a kernel that panics on trial has to come back to GRUB by itself. */
const TRIAL_PANIC = "panic=10";

const BEGIN = "### BEGIN kdump-setup --try ###";
const END = "### END kdump-setup --try ###";

export type TrialEntry =
  | { readonly kind: "entry"; readonly text: ByteText; readonly title: string }
  | { readonly kind: "refused"; readonly why: string };

/**
 * The entry that boots by default, with other crashkernel words, as an entry of its own for one boot. Line by line what
 * the generator wrote; only its first line and the kernel's are written anew, and the result is read back before it is
 * handed out. `saved` is grubenv's saved_entry.
 */
export function trialEntry(config: ByteText, saved: string | null, words: readonly string[]): TrialEntry {
  const menu = readGrubCfg(config);
  if (!takesNextEntry(config))
    return refused("the boot configuration does not heed next_entry, so nothing can be booted just once");
  if (!readsCustom(config))
    return refused(
      "the boot configuration does not read custom.cfg (41_custom is off), where the trial entry would stand",
    );
  const entry = defaultEntry(menu, saved);
  if (entry === null)
    return refused("which entry boots by default cannot be told, or it is none of the distribution's own");
  if (entry.kernel === null || entry.kernel.xen || entry.hypervisor !== null || entry.lastLine === null)
    return refused(`the default entry "${entry.title}" does not boot one Linux kernel by itself`);
  const lines = config.split("\n").slice(entry.line - 1, entry.lastLine);
  const at = entry.kernel.line - entry.line;
  const line = lines[at] ?? "";
  lines[0] = headOf(entry);
  lines[at] = kernelLine(line, entry.kernel.args, words);
  const text = `${BEGIN}\n${lines.join("\n")}\n${END}\n`;
  const doubt = doubtOf(text, entry, words);
  return doubt === null ? { kind: "entry", text, title: entry.title } : refused(doubt);
}

/** custom.cfg with the trial entry in the place of an earlier one, or behind what stands there. */
export function withTrialEntry(custom: ByteText, entry: ByteText): ByteText {
  const begin = custom.indexOf(BEGIN);
  const bare = withoutTrialEntry(custom);
  if (bare !== null) return bare.slice(0, begin) + entry + bare.slice(begin);
  return `${custom}${custom === "" || custom.endsWith("\n") ? "" : "\n"}${entry}`;
}

/** custom.cfg without the trial entry; null where none stands in it. */
export function withoutTrialEntry(custom: ByteText): ByteText | null {
  const begin = custom.indexOf(BEGIN);
  const end = custom.indexOf(`${END}\n`, begin);
  return begin < 0 || end < 0 ? null : custom.slice(0, begin) + custom.slice(end + END.length + 1);
}

function refused(why: string): TrialEntry {
  return { kind: "refused", why };
}

/** `if [ "${next_entry}" ]; then set default="${next_entry}"; … save_env next_entry` (GRUB 2.06, util/grub.d/00_header.in) */
function takesNextEntry(config: ByteText): boolean {
  return /^\s*set default="\$\{next_entry\}"/m.test(config) && /^\s*save_env next_entry\s*$/m.test(config);
}

/** GRUB 2.06, util/grub.d/41_custom.in */
function readsCustom(config: ByteText): boolean {
  return /^\s*source\s+\$\{config_directory\}\/custom\.cfg\s*$/m.test(config);
}

function headOf(entry: MenuEntry): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const options = entry.options.map(quoted).join(" ");
  const title = quoted(`${entry.title}, tried once by kdump-setup`);
  return `menuentry ${title} ${options}${options === "" ? "" : " "}--id '${TRIAL_ID}' {`;
}

/** The kernel's line without its crashkernel words, with ours at the end. */
function kernelLine(line: string, args: readonly string[], words: readonly string[]): string {
  const bare = line.replace(/\r$/, "").replace(/[ \t]crashkernel=[^ \t]*/g, "");
  return [bare.trimEnd(), ...words, ...added(args)].join(" ");
}

function added(args: readonly string[]): readonly string[] {
  return [...(args.some((arg) => arg.startsWith("panic=")) ? [] : [TRIAL_PANIC]), TRIAL_MARK];
}

/** Read back: is it the default entry with our words, and nothing else? */
function doubtOf(text: ByteText, entry: MenuEntry, words: readonly string[]): string | null {
  const written = readGrubCfg(text);
  const [mine, ...others] = written.entries;
  const old = entry.kernel?.args ?? [];
  const args = [...old.filter((arg) => !isCrashkernel(arg)), ...words, ...added(old)];
  const same = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);
  const texts = ({ body }: MenuEntry) =>
    body
      .map((statement) => statement.words.map((word) => word.text).join("\0"))
      .filter((one) => !/^linux/.test(one));
  const right =
    mine !== undefined &&
    others.length === 0 &&
    written.faults.length === 0 &&
    mine.id === TRIAL_ID &&
    same(mine.kernel?.args ?? [], args) &&
    mine.kernel?.path === entry.kernel?.path &&
    same(texts(mine), texts(entry));
  return right
    ? null
    : `the default entry "${entry.title}" is written in a way that could not be copied safely`;
}
