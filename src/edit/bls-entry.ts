import type { ByteText, SourceFile } from "../types.js";
import type { EditRefusal } from "./survey.js";
import { splice } from "./text.js";

/** One file of the boot loader specification, as GRUB's blscfg command reads it. */
export interface BlsEntry {
  readonly path: string;
  readonly title: string;
  readonly linux: string | null;
  readonly initrds: readonly string[];
  /** the kernel's arguments as written, variables such as $kernelopts among them; null: no such line */
  readonly options: BlsOptions | null;
}

export interface BlsOptions {
  readonly value: ByteText;
  readonly start: number;
  /** from 1 */
  readonly line: number;
}

/**
 * grub-core/commands/blscfg.c, read_entry, of rhboot/grub2, 2.06: a key, a space, the value; the separator is the
 * line's first space, a tab only where there is none; a line without a value ends the file; of several options lines
 * the first counts. `refusals`: what makes an edit uncertain.
 */
export function readBlsEntry({ path, text }: SourceFile): {
  readonly entry: BlsEntry;
  readonly refusals: readonly EditRefusal[];
} {
  const refusals: EditRefusal[] = [];
  const values = new Map<string, string>();
  const initrds: string[] = [];
  let options: BlsOptions | null = null;
  let ended: number | null = null;
  for (const { content, start, line } of linesOf(text)) {
    const refuse = (why: string) => refusals.push({ path, line, column: 1, why });
    const body = content.replace(/^[ \t]+/, "");
    if (body.startsWith("#")) continue;
    if (content.endsWith("\r")) refuse("the line ends in CR LF, and GRUB makes the CR part of the value");
    if (/^options\t/.test(body) && body.includes(" "))
      refuse("GRUB takes a space, no tab, for the end of the word options");
    const space = body.indexOf(" ");
    const at = space < 0 ? body.indexOf("\t") : space;
    if (at < 0 || at === body.length - 1) {
      ended ??= line;
      continue;
    }
    const key = body.slice(0, at);
    const value = body.slice(at).replace(/^[ \t]+/, "");
    if (ended !== null && (key === "options" || key === "linux"))
      refuse(`GRUB reads no further than line ${ended}, which has no value`);
    if (key === "initrd") initrds.push(value);
    if (key !== "options") values.set(key, values.get(key) ?? value);
    else if (options === null) options = { value, start: start + content.length - value.length, line };
    else refuse("this is a second options line: GRUB takes only the first, other boot loaders take both");
  }
  const entry: BlsEntry = {
    path,
    title: values.get("title") ?? path.slice(path.lastIndexOf("/") + 1),
    linux: values.get("linux") ?? null,
    initrds,
    options,
  };
  return { entry, refusals };
}

/** The file with other arguments in the place of its own; every other byte stays. */
export function withOptions({ text }: SourceFile, { value, start }: BlsOptions, changed: ByteText): ByteText {
  return splice(text, [{ start, end: start + value.length, text: changed }]) ?? text;
}

function linesOf(text: ByteText) {
  let start = 0;
  return text.split("\n").map((content, index) => {
    const found = { content, start, line: index + 1 };
    start += content.length + 1;
    return found;
  });
}
