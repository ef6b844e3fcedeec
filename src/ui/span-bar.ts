/** Ranges of memory as a table and as a bar. ASCII only: it has to be readable on a serial console. */
import { exactBytes, formatBytes } from "../crashkernel/size.js";
import type { Span } from "../crashkernel/spans.js";
import type { Style } from "./output.js";
import { WIDTH } from "./wrap.js";

/** Columns that stand before each row. */
const INDENT = 2;

/** Range by range, this machine's marked with ">". */
export function spanTable(spans: readonly Span[], here: Here | null, style: Style): readonly string[] {
  const rows = spans.map((span) => ({ span, memory: memoryOf(span), reserved: reservedOf(span) }));
  const width = Math.max(...rows.map(({ memory }) => memory.length));
  const sizes = Math.max(...rows.map(({ reserved }) => reserved.length));
  return rows.map(({ span, memory, reserved }) => {
    const mine = here?.span === span;
    const row = `${mine ? ">" : " "} ${memory.padEnd(width)}   ${reserved.padEnd(sizes)}`;
    return mine && here !== null
      ? style.bold(`${row}   <- this machine: ${formatBytes(here.bytes)}`)
      : row.trimEnd();
  });
}

/** The machine's memory, what the kernel compares with a list (rounded up on newer kernels), and the span it falls in. */
interface Here {
  readonly bytes: bigint;
  readonly compared: bigint;
  readonly span: Span;
}

function memoryOf({ from, to }: Span): string {
  if (to === null) return from === 0n ? "any memory" : `${exactBytes(from)} and more`;
  return from === 0n ? `below ${exactBytes(to)}` : `${exactBytes(from)} to ${exactBytes(to)}`;
}

function reservedOf({ entry, size, refused }: Span): string {
  if (refused && entry !== null) return "nothing: the list is refused";
  return size === 0n ? "nothing" : exactBytes(size);
}

/**
 * The same as a bar, `|.none.|-128M-|.none.|=256M==>`: a range is dashes, a gap dots, this machine's is drawn double with
 * a caret below it; [] when it would be wider than the screen.
 */
export function spanBar(spans: readonly Span[], here: Here | null): readonly string[] {
  const cells = spans.map((span) => {
    const nothing = span.refused || span.size === 0n;
    const inside = nothing ? "none" : short(span.size);
    const bound = short(span.from);
    const width = Math.max(inside.length + 2, bound.length + 1);
    return { span, inside, bound, width, line: nothing ? "." : "-" };
  });
  if (cells.reduce((sum, { width }) => sum + width + 1, 1) > WIDTH - INDENT) return [];
  let bar = "|";
  let bounds = "";
  let at: number | null = null;
  for (const { span, inside, bound, width, line } of cells) {
    const mine = here?.span === span;
    const fill = mine ? "=" : line;
    const left = Math.floor((width - inside.length) / 2);
    bounds = `${bounds.padEnd(bar.length - 1)}${bound}`;
    if (mine && here !== null) at = bar.length + Math.floor(part(span, here.compared) * (width - 1));
    const end = span.to === null ? ">" : "|";
    bar += `${fill.repeat(left)}${inside}${fill.repeat(width - left - inside.length)}${end}`;
  }
  return at === null || here === null ? [bar, bounds] : [bar, bounds, caretRow(at, formatBytes(here.bytes))];
}

/** The text behind the caret, or before it where the screen ends. */
function caretRow(at: number, text: string): string {
  const behind = `${" ".repeat(at)}^ ${text}`;
  return behind.length > WIDTH - INDENT ? `${text} ^`.padStart(at + 1) : behind;
}

/** "320M" of "320 MiB" */
function short(bytes: bigint): string {
  return exactBytes(bytes)
    .replace(/ ([KMGTPE])iB$/, "$1")
    .replace(/ bytes?$/, "");
}

/** 0..1, how far into the span on a scale where each doubling is as long; half way where there is no upper end. */
function part({ from, to }: Span, compared: bigint): number {
  if (to === null) return 0.5;
  const [low, high, at] = [from, to, compared].map((bytes) => Math.log2(Number(bytes) + 2 ** 26));
  if (low === undefined || high === undefined || at === undefined || high <= low) return 0.5;
  return Math.min(1, Math.max(0, (at - low) / (high - low)));
}

const SHARE = 40;

/** How much of the memory a reservation takes. */
export function shareBar(reserved: bigint, ram: bigint): string {
  const filled = ram === 0n ? 0n : (reserved * BigInt(SHARE) + ram - 1n) / ram;
  const cells = Math.min(SHARE, Number(filled));
  const permille = ram === 0n ? 0n : (reserved * 1000n + ram / 2n) / ram;
  const percent = `${permille / 10n}.${permille % 10n}`;
  return `[${"#".repeat(cells)}${"-".repeat(SHARE - cells)}] ${formatBytes(reserved)} of ${formatBytes(ram)}, ${percent} %`;
}
