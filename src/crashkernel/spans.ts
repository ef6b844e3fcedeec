/** What a range list gives at every size of memory, laid out from 0 upwards: for people and for a bar. */
import { type MemoryRange, parseExpression } from "./expression.js";
import type { KernelTraits } from "./generation.js";

export interface Span {
  /** bytes of memory, as the kernel compares them (rounded up where it rounds): from this on, and below that */
  readonly from: bigint;
  /** null: no upper end */
  readonly to: bigint | null;
  /** bytes; 0 where no range applies */
  readonly size: bigint;
  /** a size that is read on the way is not below the memory, and the whole list is refused */
  readonly refused: boolean;
  /** index of the entry that applies, counted from 0 */
  readonly entry: number | null;
}

/** First match wins, as in the kernel; neighbours with the same answer are one span. */
function spansOf(ranges: readonly MemoryRange[]): readonly Span[] {
  const bounds = new Set<bigint>([0n]);
  for (const { start, end } of ranges) {
    bounds.add(start.bytes);
    if (end !== null) bounds.add(end.bytes);
  }
  const sorted = [...bounds].sort((a, b) => (a < b ? -1 : 1));
  const spans: Span[] = [];
  for (const [at, from] of sorted.entries()) {
    const to = sorted[at + 1] ?? null;
    const next = { from, to, ...answerAt(ranges, from, to) };
    const last = spans[spans.length - 1];
    if (last !== undefined && last.entry === next.entry && last.refused === next.refused)
      spans[spans.length - 1] = { ...last, to };
    else spans.push(next);
  }
  return spans;
}

function answerAt(ranges: readonly MemoryRange[], from: bigint, to: bigint | null) {
  const entry = ranges.findIndex(
    ({ start, end }) => from >= start.bytes && (end === null || from < end.bytes),
  );
  const read = entry < 0 ? ranges : ranges.slice(0, entry + 1);
  const refused = to !== null && read.some(({ size }) => size.bytes >= to - 1n);
  return { size: ranges[entry]?.size.bytes ?? 0n, refused, entry: entry < 0 ? null : entry };
}

/**
 * The spans of the word that decides: of its own list, or of the list a vendor's kernel puts in the place of `auto`.
 * null when it is no list, or none that can be read.
 */
export function spansOfWord(value: string, traits: KernelTraits | null): readonly Span[] | null {
  const rule = traits?.auto ?? null;
  const list = rule?.kind === "list" && value.startsWith("auto") ? rule.list : value;
  const parsed = parseExpression(list);
  return parsed.kind === "ok" && parsed.value.kind === "ranges" ? spansOf(parsed.value.ranges) : null;
}
