/** A recommendation as ranges of memory, each with the size that is reserved in it. Sizes and bounds in bytes. */
import { parseExpression } from "../crashkernel/expression.js";
import { kernelSize } from "../crashkernel/size.js";
import { type Span, spansOfWord } from "../crashkernel/spans.js";

export type Range = Pick<Span, "from" | "to" | "size">;

/** A list, or one size for any memory; [] for what is neither. Ranges that reserve nothing are among them. */
export function rangesOf(expression: string): readonly Range[] {
  const parsed = parseExpression(expression);
  if (parsed.kind === "error") return [];
  if (parsed.value.kind === "ranges") return spansOfWord(expression, null) ?? [];
  if (parsed.value.kind === "fixed") return [{ from: 0n, to: null, size: parsed.value.size.bytes }];
  return [];
}

export function sizeAt(ranges: readonly Range[], ram: bigint | number): bigint {
  return ranges.find(({ from, to }) => BigInt(ram) >= from && (to === null || BigInt(ram) < to))?.size ?? 0n;
}

/** The range cut at these places. */
export function split(range: Range, at: readonly bigint[]): readonly Range[] {
  const cuts = [...new Set(at)]
    .filter((cut) => cut > range.from && (range.to === null || cut < range.to))
    .sort((a, b) => (a < b ? -1 : 1));
  const starts = [range.from, ...cuts];
  return starts.map((from, index) => ({ ...range, from, to: starts[index + 1] ?? range.to }));
}

/** Neighbours of one size are one range. */
export function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of ranges) {
    const last = merged[merged.length - 1];
    if (last !== undefined && last.to === range.from && last.size === range.size)
      merged[merged.length - 1] = { ...last, to: range.to };
    else merged.push(range);
  }
  return merged;
}

export function print(ranges: readonly Range[]): string {
  return ranges
    .map(
      ({ from, to, size }) => `${kernelSize(from)}-${to === null ? "" : kernelSize(to)}:${kernelSize(size)}`,
    )
    .join(",");
}

/** Every place where one of the lists changes. */
export function bounds(...lists: readonly (readonly Range[])[]): readonly bigint[] {
  return [
    ...new Set(lists.flatMap((list) => list.flatMap(({ from, to }) => (to === null ? [from] : [from, to])))),
  ];
}

export function sameSizes(one: readonly Range[], other: readonly Range[]): boolean {
  return bounds(one, other).every((ram) => sizeAt(one, ram) === sizeAt(other, ram));
}
