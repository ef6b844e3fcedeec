/**
 * What is wrong with a range list as a list, whatever kernel reads it, and what of it meets this machine.
 *
 * The kernel reads from left to right, takes the first range that holds the memory, and looks at nothing behind it;
 * up to there, a reversed range or a size of or above the memory refuses the whole list.
 */
import type { MemoryRange } from "./expression.js";
import type { Finding } from "./finding.js";
import { type ParsedWord, type PlacedRange, placeRanges } from "./layout.js";
import { formatBytes } from "./size.js";

interface Span {
  readonly from: bigint;
  /** exclusive */
  readonly to: bigint;
}

const TOP = 1n << 64n;

/** In bytes: the machine's memory, and that as the kernel compares it (rounded up where it rounds). */
interface Memory {
  readonly bytes: bigint;
  readonly compared: bigint;
}

/** `memory`: null when not known. */
export function checkRanges(word: ParsedWord, memory: Memory | null): readonly Finding[] {
  if (word.value?.kind !== "ranges") return [];
  const ram = memory?.compared ?? null;
  const placed = placeRanges(word.value.ranges, word.valueAt);
  const match = ram === null ? -1 : placed.findIndex(({ range }) => holds(range, ram));
  return [
    ...reversed(placed, ram === null ? placed.length - 1 : match < 0 ? placed.length - 1 : match),
    ...overlaps(placed, ram),
    ...gaps(placed),
    ...sizes(placed, memory, match),
    ...(memory === null ? [] : meets(placed, memory, match, word.valueAt)),
  ];
}

function holds(range: MemoryRange, ram: bigint): boolean {
  return ram >= range.start.bytes && ram < (range.end?.bytes ?? TOP);
}

function span({ range }: PlacedRange): Span {
  return { from: range.start.bytes, to: range.end?.bytes ?? TOP };
}

function show(range: MemoryRange): string {
  return `${range.start.text}-${range.end?.text ?? ""}`;
}

/** `reached`: index of the last range the kernel looks at on this machine. */
function reversed(placed: readonly PlacedRange[], reached: number): Finding[] {
  return placed.flatMap((one, index): Finding[] => {
    const { from, to } = span(one);
    if (from < to) return [];
    const read = index <= reached;
    return [
      {
        severity: read ? "error" : "objection",
        id: "range-reversed",
        message: `the range ${show(one.range)} does not end above its start: the kernel refuses the whole list${read ? "" : " where the memory is in no earlier range"}`,
        at: one.endAt,
      },
    ];
  });
}

function overlaps(placed: readonly PlacedRange[], ram: bigint | null): Finding[] {
  const findings: Finding[] = [];
  placed.forEach((one, index) => {
    const own = span(one);
    if (own.from >= own.to) return;
    const before = placed.slice(0, index).map(span);
    if (!before.some((other) => other.from < own.to && own.from < other.to)) return;
    const here = ram !== null && holds(one.range, ram);
    if (rest(own, before).length === 0)
      findings.push({
        severity: here ? "objection" : "warning",
        id: "range-unreachable",
        message: `the range ${show(one.range)} never applies: ranges before it take all of it, and the first that fits counts`,
        at: one.at,
      });
    else
      findings.push({
        severity: "warning",
        id: "ranges-overlap",
        message: `the range ${show(one.range)} overlaps one before it: the first that fits counts`,
        at: one.at,
      });
  });
  return findings;
}

/** What is left of a span when others are taken out. */
function rest(own: Span, others: readonly Span[]): readonly Span[] {
  return others.reduce<readonly Span[]>(
    (left, other) =>
      left.flatMap((piece) => {
        if (other.from >= piece.to || other.to <= piece.from || other.from >= other.to) return [piece];
        return [
          { from: piece.from, to: other.from },
          { from: other.to, to: piece.to },
        ].filter((one) => one.from < one.to);
      }),
    [own],
  );
}

function gaps(placed: readonly PlacedRange[]): Finding[] {
  const findings: Finding[] = [];
  const sorted = placed
    .filter((one) => span(one).from < span(one).to)
    .sort((a, b) => (a.range.start.bytes < b.range.start.bytes ? -1 : 1));
  let covered: bigint | null = null;
  for (const one of sorted) {
    const { from, to } = span(one);
    if (covered !== null && from > covered)
      findings.push({
        severity: "warning",
        id: "range-gap",
        message: `a machine with memory from ${formatBytes(covered)} to ${formatBytes(from)} is in no range and reserves nothing`,
        at: one.at,
      });
    if (covered === null || to > covered) covered = to;
  }
  const last = placed[placed.length - 1];
  if (covered !== null && covered < TOP && last !== undefined)
    findings.push({
      severity: "note",
      id: "range-open",
      message: `a machine with ${formatBytes(covered)} of memory or more is in no range and reserves nothing`,
      at: last.endAt,
    });
  return findings;
}

function machine({ bytes, compared }: Memory): string {
  const [own, counted] = [formatBytes(bytes), formatBytes(compared)];
  return `the ${own} of this machine${own === counted ? "" : ` (counted as ${counted})`}`;
}

/** No machine that could be meant has less. */
const FIRST_MEMORY = 64n << 20n;

/** Index of the range whose size is not below the memory and is read: there the kernel stops. -1 for none. */
function killer(placed: readonly PlacedRange[], ram: bigint | null, match: number): number {
  if (ram === null) return -1;
  return placed.findIndex(
    ({ range }, index) => range.size.bytes >= ram && range.size.bytes > 0n && (match < 0 || index <= match),
  );
}

/** `match`: index of the range that holds this machine's memory, -1 for none. */
function sizes(placed: readonly PlacedRange[], memory: Memory | null, match: number): Finding[] {
  const ram = memory?.compared ?? null;
  const kills = killer(placed, ram, match);
  return placed.flatMap((one, index): Finding[] => {
    const size = one.range.size;
    const { from, to } = span(one);
    if (size.bytes === 0n)
      return [
        {
          severity: index === match ? "error" : "note",
          id: "range-zero",
          message: `the range ${show(one.range)} reserves nothing, as its ${size.text} says`,
          at: one.sizeAt,
        },
      ];
    if (memory !== null && index === kills)
      return [
        {
          severity: "error",
          id: index === match ? "size-not-below-memory" : "entry-kills-list",
          message:
            index === match
              ? `${formatBytes(size.bytes)} are not less than ${machine(memory)}: the kernel refuses it`
              : `the kernel stops at ${show(one.range)}: its ${formatBytes(size.bytes)} are not less than ${machine(memory)}, and the whole list is refused${match < 0 ? "; no range holds that memory either" : ""}`,
          at: one.sizeAt,
        },
      ];
    if (from < to && from >= FIRST_MEMORY && size.bytes >= from)
      return [
        {
          severity: "warning",
          id: "size-not-below-range",
          message: `a machine at the lower end of ${show(one.range)} does not have ${size.text} of memory to give: the kernel refuses the list there`,
          at: one.sizeAt,
        },
      ];
    return [];
  });
}

/** Memory that misses a range by no more than a tenth and this is probably meant to be in it: firmware keeps some. */
const FIRMWARE_SHARE = 128n << 20n;

function justBelow(ram: bigint, start: bigint): boolean {
  return start > ram && start - ram <= FIRMWARE_SHARE && (start - ram) * 10n <= start;
}

function meets(placed: readonly PlacedRange[], memory: Memory, match: number, listAt: number): Finding[] {
  const ram = memory.compared;
  const near = placed.find(({ range }) => justBelow(ram, range.start.bytes));
  const missed: Finding[] =
    near === undefined
      ? []
      : [
          {
            severity: "warning",
            id: "just-below-range",
            message: `${machine(memory)} are just below ${near.range.start.text}, so the range ${show(near.range)} does not apply: firmware keeps a part of the memory`,
            at: near.at,
          },
        ];
  if (match >= 0 || killer(placed, ram, match) >= 0) return missed;
  return [
    ...missed,
    {
      severity: "error",
      id: "matches-nothing",
      message: `no range holds ${machine(memory)}: nothing is reserved`,
      at: listAt,
    },
  ];
}
