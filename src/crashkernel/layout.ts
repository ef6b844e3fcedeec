/** Where the parts of a parsed expression stand in its text. Exact, because printing gives the source text back. */
import type { Crashkernel, MemoryRange } from "./expression.js";
import type { Amount } from "./number.js";

/** A word of the command line as `validate` sees it. */
export interface ParsedWord {
  /** index of the word in the words joined by one blank */
  readonly at: number;
  /** index of the value, behind the "=" */
  readonly valueAt: number;
  readonly text: string;
  /** null when the strict form does not take it */
  readonly value: Crashkernel | null;
}

export interface PlacedRange {
  readonly range: MemoryRange;
  readonly at: number;
  readonly endAt: number;
  readonly sizeAt: number;
}

export interface PlacedAmount {
  readonly amount: Amount;
  readonly at: number;
  readonly role: "size" | "offset" | "bound";
}

/** Ranges with their indexes; `at` is the index of the list. */
export function placeRanges(ranges: readonly MemoryRange[], at: number): readonly PlacedRange[] {
  let next = at;
  return ranges.map((range) => {
    const endAt = next + range.start.text.length + 1;
    const sizeAt = endAt + (range.end?.text.length ?? 0) + 1;
    const placed = { range, at: next, endAt, sizeAt };
    next = sizeAt + range.size.text.length + 1;
    return placed;
  });
}

/** Every number of an expression with its index; `at` is the index of the expression. */
export function placeAmounts(value: Crashkernel, at: number): readonly PlacedAmount[] {
  switch (value.kind) {
    case "auto":
      return [];
    case "high":
    case "low":
    case "cma":
      return [{ amount: value.size, at, role: "size" }];
    case "fixed":
      return [
        { amount: value.size, at, role: "size" },
        ...placeOffset(value.offset, at + value.size.text.length + 1),
      ];
    case "ranges": {
      const placed = placeRanges(value.ranges, at);
      const last = placed[placed.length - 1];
      const behind = last === undefined ? at : last.sizeAt + last.range.size.text.length;
      return [
        ...placed.flatMap(({ range, at: startAt, endAt, sizeAt }): PlacedAmount[] => [
          { amount: range.start, at: startAt, role: "bound" },
          ...(range.end === null ? [] : [{ amount: range.end, at: endAt, role: "bound" as const }]),
          { amount: range.size, at: sizeAt, role: "size" },
        ]),
        ...placeOffset(value.offset, behind + 1),
      ];
    }
    default:
      return value satisfies never;
  }
}

function placeOffset(offset: Amount | null, at: number): PlacedAmount[] {
  return offset === null ? [] : [{ amount: offset, at, role: "offset" }];
}
