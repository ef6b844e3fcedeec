/**
 * What a careful admin may write behind `crashkernel=`, strictly.
 *
 * The kernel's own parser takes a lot that nobody means (`evaluate.ts` says what it makes of it). Here only the
 * documented forms get through (Documentation/admin-guide/kdump/kdump.rst): `size[@offset]`,
 * `start-[end]:size[,…][@offset]`, `size,high`, `size,low`, `size,cma`, `auto`. Whatever is accepted consists of
 * [0-9A-Za-z:,@-] and is at most 1024 characters long, so that it means the same in every shell, file and menu.
 * Whether it makes sense on a machine is the business of `validate.ts`.
 */
import type { NonEmpty } from "../types.js";
import type { Amount } from "./number.js";
import { repaired } from "./repair.js";
import {
  type ExpressionError,
  fault,
  found,
  MAX_EXPRESSION,
  readAmount,
  readOffset,
  unfitCharacter,
} from "./strict.js";

export type { ExpressionError } from "./strict.js";

export interface MemoryRange {
  readonly start: Amount;
  /** null: no upper end */
  readonly end: Amount | null;
  readonly size: Amount;
}

export type Crashkernel =
  | { readonly kind: "fixed"; readonly size: Amount; readonly offset: Amount | null }
  | { readonly kind: "ranges"; readonly ranges: NonEmpty<MemoryRange>; readonly offset: Amount | null }
  | { readonly kind: "high" | "low" | "cma"; readonly size: Amount }
  | { readonly kind: "auto" };

export type ParsedExpression = { readonly kind: "ok"; readonly value: Crashkernel } | ExpressionError;

export function parseExpression(text: string): ParsedExpression {
  const parsed = parse(text);
  if (parsed.kind === "ok" || text.length > MAX_EXPRESSION) return parsed;
  return repaired(text, parsed, (other) => parse(other).kind === "ok");
}

function parse(text: string): ParsedExpression {
  const unfit = unfitCharacter(text);
  if (unfit !== null) return unfit;
  if (text === "") return fault("the crashkernel value is empty; write for example 256M", 0);
  if (text === "auto") return { kind: "ok", value: { kind: "auto" } };
  if (/^auto/i.test(text))
    return text.length === 4
      ? fault("auto is written in lower case", 0)
      : fault("nothing may follow auto", 4);
  return text.includes(":") ? parseRanges(text) : parseSimple(text);
}

/** The exact text that was parsed. */
export function printExpression(value: Crashkernel): string {
  switch (value.kind) {
    case "fixed":
      return value.size.text + printOffset(value.offset);
    case "ranges":
      return (
        value.ranges.map((r) => `${r.start.text}-${r.end?.text ?? ""}:${r.size.text}`).join(",") +
        printOffset(value.offset)
      );
    case "high":
    case "low":
    case "cma":
      return `${value.size.text},${value.kind}`;
    case "auto":
      return "auto";
    default:
      return value satisfies never;
  }
}

function printOffset(offset: Amount | null): string {
  return offset === null ? "" : `@${offset.text}`;
}

// ---------------------------------------------------------------- the forms

function parseSimple(text: string): ParsedExpression {
  const size = readAmount(text, 0, "a size");
  if (size.kind === "error") return size;
  const comma = size.end;
  if (text.charAt(comma) === ",") {
    const word = text.slice(comma + 1);
    if (word === "high" || word === "low" || word === "cma")
      return { kind: "ok", value: { kind: word, size: size.amount } };
    return fault("behind the comma of a single size only high, low or cma may stand", comma + 1);
  }
  if (text.charAt(comma) === "-" && comma < text.length)
    return fault("a range needs a colon and the size to reserve, for example 2G-:256M", text.length);
  const offset = readOffset(text, size.end);
  if (offset.kind === "error") return offset;
  return { kind: "ok", value: { kind: "fixed", size: size.amount, offset: offset.amount } };
}

function parseRanges(text: string): ParsedExpression {
  const ranges: MemoryRange[] = [];
  let at = 0;
  for (;;) {
    if (ranges.length > 0 && /^(?:high|low|cma)$/.test(text.slice(at, at + 5)))
      return fault("high, low and cma go with a single size, not with ranges", at);
    const start = readAmount(text, at, "the start of a range");
    if (start.kind === "error") return start;
    if (text.charAt(start.end) !== "-")
      return fault(`${found(text, start.end)} stands where the "-" of a range belongs`, start.end);
    at = start.end + 1;
    let end: Amount | null = null;
    if (text.charAt(at) !== ":") {
      const upper = readAmount(text, at, "the end of a range");
      if (upper.kind === "error") return upper;
      end = upper.amount;
      at = upper.end;
    }
    if (text.charAt(at) !== ":")
      return fault(`${found(text, at)} stands where the ":" of a range belongs`, at);
    const size = readAmount(text, at + 1, "the size of a range");
    if (size.kind === "error") return size;
    ranges.push({ start: start.amount, end, size: size.amount });
    at = size.end;
    if (text.charAt(at) !== ",") break;
    at++;
  }
  const [first, ...rest] = ranges;
  if (first === undefined) return fault("a range list has at least one range", 0);
  const comma = text.indexOf(",", at);
  if (text.charAt(at) === "@" && comma >= 0)
    return fault("one @offset for all ranges stands at the very end; behind it the list ends", comma);
  const offset = readOffset(text, at);
  if (offset.kind === "error") return offset;
  return { kind: "ok", value: { kind: "ranges", ranges: [first, ...rest], offset: offset.amount } };
}
