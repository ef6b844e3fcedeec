import type { ByteText, SourceFile } from "../types.js";
import { type Splice, splice } from "./text.js";

/**
 * kdump.conf(5): a line "option value", a "#" anywhere in a value begins a comment, what is no option keeps its bytes.
 * How kdumpctl and its scripts in the capture initrd read it (kdumpctl, check_config; kdump-lib-initramfs.sh,
 * get_kdump_confs; kexec-tools 2.0.15): `while read option value` and grep for the option at the line's beginning.
 */
export interface ConfOption {
  readonly key: string;
  /** without its comment, blanks between words made one: what `echo $value` says */
  readonly value: string;
  /** from 1 */
  readonly line: number;
  /** of the whole line, without its end */
  readonly start: number;
  readonly end: number;
  /** of the value */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** a line that nothing ends: grep sees it, `read` in a loop does not */
  readonly ended: boolean;
}

export interface ConfRefusal {
  readonly line: number;
  readonly why: string;
}

/** null takes the option out. */
export interface ConfChange {
  readonly key: string;
  readonly value: string | null;
}

export type ConfEdited =
  | { readonly kind: "edited"; readonly text: ByteText }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly path: string; readonly refusals: readonly ConfRefusal[] };

const OPTION = /^([A-Za-z_][A-Za-z0-9_]*)(?:([ \t]+)(.*))?$/;

/** Every option, in order; the last one of a key is what counts. Of several "#" in a line the last begins the comment. */
export function readKdumpConf(text: ByteText): readonly ConfOption[] {
  return linesOf(text).flatMap(({ content, line, start, ended }) => {
    const found = OPTION.exec(content);
    if (found === null) return [];
    const [, key = "", gap = "", rest = ""] = found;
    const hash = rest.lastIndexOf("#");
    const value = (hash < 0 ? rest : rest.slice(0, hash)).replace(/[ \t\r]+$/, "");
    const valueStart = start + key.length + gap.length;
    return [
      {
        key,
        value: value.replace(/[ \t]+/g, " "),
        line,
        start,
        end: start + content.length,
        valueStart,
        valueEnd: valueStart + value.length,
        ended,
      },
    ];
  });
}

/**
 * Gives options their values. Of a key that stands more than once the last one is changed and the others go: kdumpctl
 * refuses some keys that stand twice. A new one goes behind its commented-out example, else to the end. Pure.
 */
export function editKdumpConf(file: SourceFile, changes: readonly ConfChange[]): ConfEdited {
  const text = changes.reduce(changed, file.text);
  if (text === file.text) return { kind: "unchanged" };
  const refusals = inTheWay(file.text);
  return refusals.length > 0 ? { kind: "refused", path: file.path, refusals } : { kind: "edited", text };
}

function changed(text: ByteText, change: ConfChange): ByteText {
  return splice(text, splicesFor(text, change)) ?? text;
}

function splicesFor(text: ByteText, { key, value }: ConfChange): readonly Splice[] {
  const mine = readKdumpConf(text).filter((option) => option.key === key);
  const last = mine.at(-1);
  const gone = value === null ? mine : mine.slice(0, -1);
  const removed = gone.map(({ start, end, ended }) => ({ start, end: end + (ended ? 1 : 0), text: "" }));
  if (value === null) return removed;
  if (last === undefined) return [newLine(text, key, value)];
  const end = last.ended ? [] : [{ start: last.end, end: last.end, text: "\n" }];
  if (last.value === value) return [...removed, ...end];
  const gap = last.valueStart === last.start + key.length ? " " : "";
  return [...removed, { start: last.valueStart, end: last.valueEnd, text: `${gap}${value}` }, ...end];
}

function newLine(text: ByteText, key: string, value: string): Splice {
  const example = new RegExp(`^#${key}[ \\t]`);
  const found = linesOf(text).filter(({ content }) => example.test(content));
  const after = found.at(-1);
  const at =
    after === undefined ? text.length : Math.min(after.start + after.content.length + 1, text.length);
  const fresh = at === 0 || text.charAt(at - 1) === "\n";
  return { start: at, end: at, text: `${fresh ? "" : "\n"}${key} ${value}\n` };
}

/** What makes the file mean something else than it looks like, so that an edit could not be told to be right. */
function inTheWay(text: ByteText): readonly ConfRefusal[] {
  return linesOf(text).flatMap(({ content, line }) => {
    if (content.endsWith("\r"))
      return [
        {
          line,
          why: "the line ends in CR LF, and the carriage return becomes part of the value; convert the file to plain line ends first",
        },
      ];
    if (/(^|[^\\])(\\\\)*\\$/.test(content))
      return [
        { line, why: "a backslash at the end joins the line with the next one; write them as one first" },
      ];
    if (/^[ \t]+[a-z]/.test(content))
      return [{ line, why: "kdumpctl accepts no blanks before an option; take them out first" }];
    return [];
  });
}

function linesOf(text: ByteText) {
  const lines: { content: string; line: number; start: number; ended: boolean }[] = [];
  for (let start = 0, line = 1; start < text.length; line++) {
    const end = text.indexOf("\n", start);
    const ended = end >= 0;
    lines.push({ content: text.slice(start, ended ? end : text.length), line, start, ended });
    start = ended ? end + 1 : text.length;
  }
  return lines;
}
