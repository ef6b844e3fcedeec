/** Physical memory as the kernel's early allocator sees it: what is there, and what is taken already. */

/** Bytes; `end` is the first byte behind it. */
export interface Block {
  readonly start: bigint;
  readonly end: bigint;
}

export interface MemoryMap {
  /** sorted, apart from each other */
  readonly ram: readonly Block[];
  /** in any order; may overlap */
  readonly taken: readonly Block[];
  /** where the kernel's own image lies, elsewhere at each boot with KASLR; not among `taken`. null: not known */
  readonly image: Block | null;
}

const PAGE = 4096n;
const MIB = 1n << 20n;
export const FOUR_GIB = 1n << 32n;
/** Far more lines than any machine has. */
const MAX_LINES = 100_000;

/**
 * /proc/iomem as root reads it. RAM: the "System RAM" lines of the top level, cut to whole pages. Taken: what is nested
 * in them, save an earlier reservation ("Crash kernel"), which the next boot gets back, and the first megabyte (x86,
 * arch/x86/kernel/setup.c). The kernel's sections are one block. null without such lines, or when every address is
 * zero, which is what others than root are shown.
 */
export function parseMemoryMap(iomem: string): MemoryMap | null {
  const ram: Block[] = [];
  const taken: Block[] = [{ start: 0n, end: MIB }];
  let image: Block | null = null;
  let inside = false;
  for (const line of iomem.split("\n", MAX_LINES)) {
    const found = /^( *)([0-9a-f]{1,16})-([0-9a-f]{1,16}) : (.{1,200})$/.exec(line);
    if (found === null) continue;
    const [, indent = "", from = "", to = "", name = ""] = found;
    const block = { start: BigInt(`0x${from}`), end: BigInt(`0x${to}`) + 1n };
    if (indent === "") {
      inside = name === "System RAM";
      const whole = { start: up(block.start, PAGE), end: down(block.end, PAGE) };
      if (inside && whole.end > whole.start) ram.push(whole);
    } else if (inside && indent === "  " && name !== "Crash kernel") {
      if (name.startsWith("Kernel ")) image = image === null ? block : hull(image, block);
      else taken.push(block);
    }
  }
  const total = ram.reduce((sum, { start, end }) => sum + end - start, 0n);
  if (total === 0n) return null;
  ram.sort((a, b) => (a.start < b.start ? -1 : 1));
  return { ram, taken, image };
}

function hull(a: Block, b: Block): Block {
  return { start: smaller(a.start, b.start), end: larger(a.end, b.end) };
}

/** Math.min and Math.max take no bigint. */
export function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

export function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

export function ramOf(map: MemoryMap): bigint {
  return map.ram.reduce((sum, { start, end }) => sum + end - start, 0n);
}

/** RAM without what is taken, sorted. */
export function freeBlocks({ ram, taken, image }: MemoryMap, more: readonly Block[] = []): readonly Block[] {
  const holes = [...taken, ...more, ...(image === null ? [] : [image])].sort((a, b) =>
    a.start < b.start ? -1 : 1,
  );
  const free: Block[] = [];
  for (const block of ram) {
    let start = block.start;
    for (const hole of holes) {
      if (hole.end <= start) continue;
      if (hole.start >= block.end) break;
      if (hole.start > start) free.push({ start, end: hole.start });
      start = hole.end;
    }
    if (start < block.end) free.push({ start, end: block.end });
  }
  return free;
}

/** As memblock does it: the highest place in [from, to) that is free and a multiple of `align`; null when there is none. */
export function highestPlace(
  free: readonly Block[],
  size: bigint,
  align: bigint,
  from: bigint,
  to: bigint,
): bigint | null {
  // the first page is never handed out
  const lowest = larger(from, PAGE);
  for (let at = free.length - 1; at >= 0; at--) {
    const block = free[at];
    if (block === undefined) break;
    const start = larger(block.start, lowest);
    const end = smaller(block.end, to);
    if (end - start < size || end < size) continue;
    const place = down(end - size, align);
    if (place >= start) return place;
  }
  return null;
}

/** Largest size that would find a place there; 0 when none. */
export function largestPlace(free: readonly Block[], align: bigint, from: bigint, to: bigint): bigint {
  let largest = 0n;
  for (const block of free) {
    largest = larger(largest, smaller(block.end, to) - up(larger(block.start, from), align));
  }
  return largest;
}

function down(value: bigint, step: bigint): bigint {
  return value - (value % step);
}

function up(value: bigint, step: bigint): bigint {
  return down(value + step - 1n, step);
}
