/** Blanks in what somebody typed as a value: those between two values, and one that cuts a value off. */
import { parseExpression } from "./expression.js";
import { type ExpressionError, fault } from "./strict.js";

const PREFIX = "crashkernel=";

/** `line`: the words as the kernel gets them. `cut`: where a blank ends the value too early, an index into `line`. */
export interface Typed {
  readonly line: string;
  readonly cut: ExpressionError | null;
}

/**
 * Several values may stand beside each other ("1G,high 256M,low"): each gets its name where it is one by itself. Else
 * the text is taken as it was written, and its first blank ends the value, as it does for the kernel.
 */
export function lineOfTyped(typed: string): Typed {
  const text = typed.replace(/ +$/, "");
  const parts = text.split(" ");
  const named = (part: string): string => (part.includes(PREFIX) ? part : PREFIX + part);
  if (parts.every((part, at) => isValue(part) || (part === "" && at > 0)) || parts.length === 1)
    return { line: parts.map((part) => (part === "" ? "" : named(part))).join(" "), cut: null };
  const cut = cutByBlank(text);
  if (cut !== null && forgotten(text) !== null) return { line: text, cut };
  // a piece of a command line, as somebody copied it
  const aLine = parts.every((part) => part.includes(PREFIX) || !/^[0-9]/.test(part));
  if (cut === null && aLine && text.includes(PREFIX)) return { line: text, cut: null };
  const line = text.includes(PREFIX) ? text : PREFIX + text;
  const at = line.indexOf(" ");
  return { line, cut: fault(cut?.message ?? ends(line.slice(at + 1)), at) };
}

/** Where a blank cuts a value that would be whole without it, with what to write; null otherwise. An index into `text`. */
export function cutByBlank(text: string): ExpressionError | null {
  const parts = text.split(" ");
  if (parts.length < 2 || parts.every(isValue)) return null;
  const at = text.indexOf(" ");
  const value = forgotten(text);
  if (value !== null) return fault(`a "=" is missing: write ${PREFIX}${value}`, at);
  const joined = text.replace(/ /g, "");
  if (!isValue(joined)) return null;
  return fault(`${ends(text.slice(at + 1))}; write ${joined.replace(PREFIX, "")}`, at);
}

function ends(rest: string): string {
  const shown = rest.trim().replace(/[^\x20-\x7e]/g, "?");
  return `a blank ends the value: the kernel never sees ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}`;
}

/** The value of "crashkernel 256M", "crashkernel = 256M". */
function forgotten(text: string): string | null {
  const value = /^crashkernel(?: +=)? +(?=[^ =])(.*)$/.exec(text)?.[1]?.replace(/ /g, "") ?? null;
  return value !== null && isValue(value) ? value : null;
}

function isValue(part: string): boolean {
  return parseExpression(part.startsWith(PREFIX) ? part.slice(PREFIX.length) : part).kind === "ok";
}

/** The line in a file's assignment, as somebody copied it with its name: GRUB_CMDLINE_LINUX="..."; null where it is none. */
export function assignedLine(text: string): { readonly name: string; readonly line: string } | null {
  const found = /^ *([A-Z][A-Z0-9_]*CMDLINE[A-Z0-9_]*)=(["']?)(.*)\2 *$/s.exec(text);
  const [, name = "", , line = ""] = found ?? [];
  return found === null ? null : { name, line };
}
