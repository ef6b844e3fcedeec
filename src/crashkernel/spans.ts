/** What a range list gives at every size of memory, laid out from 0 upwards: for people and for a bar. */
import { type KernelTraits, kernelTraits } from "./generation.js";
import { CommandLine } from "./kernel-parser.js";
import { scanNumber, U64_MAX } from "./number.js";

export interface Span {
  /** bytes of memory, as the kernel compares them (rounded up where it rounds): from this on, and below that */
  readonly from: bigint;
  /** null: no upper end */
  readonly to: bigint | null;
  /** bytes; 0 where nothing is reserved */
  readonly size: bigint;
  /** the whole list is refused there: by a size that is not below the memory, or by a mistake */
  readonly refused: boolean;
  /** index of the first range that holds such memory, counted from 0; null for none */
  readonly entry: number | null;
}

/**
 * The spans of the word that decides: of its own list, or of the list a vendor's kernel puts in the place of `auto`.
 * The kernel's own parser is asked for each, so a mistake refuses what it refuses there, and nothing else. null when it
 * is no list. Without a kernel the newest is asked.
 */
export function spansOfWord(value: string, traits: KernelTraits | null): readonly Span[] | null {
  const kernel = traits ?? kernelTraits(NEWEST);
  if (kernel === null || value.length > LONGEST) return null;
  if (kernel.suffixes.some((suffix) => value.endsWith(suffix))) return null;
  const rule = kernel.auto;
  const list = rule?.kind === "list" && value.startsWith("auto") ? rule.list : value;
  const ranges = rangesIn(list, kernel);
  if (ranges.length === 0 || !list.includes(":")) return null;
  const bounds = [...new Set([0n, ...ranges.flat().filter((bound) => bound < U64_MAX)])];
  const sorted = bounds.sort((a, b) => (a < b ? -1 : 1));
  // the list is asked about memory as it is compared, so nothing is rounded once more
  const exact = { ...kernel, rounding: 1n };
  const spans: Span[] = [];
  for (const [at, from] of sorted.entries()) {
    const to = sorted[at + 1] ?? null;
    const { ret, size } = new CommandLine(`crashkernel=${list}`, exact).find(
      null,
      to === null ? ANY : to - 1n,
    );
    const entry = ranges.findIndex(([start, end]) => from >= start && from < end);
    const next = {
      from,
      to,
      size: ret === 0 ? size : 0n,
      refused: ret !== 0,
      entry: entry < 0 ? null : entry,
    };
    const last = spans[spans.length - 1];
    if (last !== undefined && last.entry === next.entry && last.refused === next.refused)
      spans[spans.length - 1] = { ...last, to };
    else spans.push(next);
  }
  return spans;
}

/** No kernel keeps a longer command line. */
const LONGEST = 4096;
const NEWEST = { kernel: "7.2", arch: "x86_64" };
/** Bytes; more than any machine has, and less than 64 bits hold. */
const ANY = U64_MAX - 1n;

/** Start and end of whatever looks like a range, as this kernel reads the numbers. */
function rangesIn(list: string, { numbers }: KernelTraits): readonly (readonly [bigint, bigint])[] {
  return [...list.matchAll(/(?:^|,)([0-9][0-9A-Za-z]*)-([0-9][0-9A-Za-z]*)?/g)].map(([, start = "", end]) => [
    scanNumber(start, 0, numbers).value,
    end === undefined ? U64_MAX : scanNumber(end, 0, numbers).value,
  ]);
}
