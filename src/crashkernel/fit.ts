/**
 * Where a kernel puts the reservation on a memory map, or what it logs when it finds no place: the second half of
 * `reserve_crashkernel()`, after the parser (evaluate.ts).
 *
 * x86_64: arch/x86/kernel/setup.c to 6.6; arm64: arch/arm64/mm/init.c to 6.6; both and others from 6.7 on:
 * kernel/crash_core.c, kernel/crash_reserve.c. Releases read and run: the ones of features.ts and vendor.ts.
 */
import { bootCommandLine, type Evaluated, evaluateFor } from "./evaluate.js";
import {
  cmaLine,
  fixedFailureLine,
  lowPlacedLine,
  noLowPlaceLine,
  noPlaceLine,
  placedLine,
} from "./fit-log.js";
import type { KernelTraits } from "./generation.js";
import { CommandLine } from "./kernel-parser.js";
import { type Block, FOUR_GIB, freeBlocks, highestPlace, type MemoryMap, ramOf } from "./memory-map.js";
import { type Placement, placementOf } from "./placement.js";

export type Fit =
  | {
      readonly kind: "placed";
      readonly crash: Block;
      /** below 4G, for devices that reach no further; null when none was taken */
      readonly low: Block | null;
      /** bytes from CMA; null when none were asked for */
      readonly cmaBytes: bigint | null;
      readonly log: readonly string[];
    }
  /** the parser takes it, and there is no room */
  | { readonly kind: "no-room"; readonly what: "main" | "low" | "offset"; readonly log: readonly string[] }
  /** nothing is asked for, or the parser refuses it */
  | { readonly kind: "nothing"; readonly log: readonly string[] }
  /** how this kernel looks for a place is not known here */
  | { readonly kind: "unknown" };

type Placed = Extract<Fit, { readonly kind: "placed" }>;

/** `line`: the whole command line. `systemRam`: bytes the parser compares with, as a rule what `map` holds. */
export function fit(line: string, map: MemoryMap, traits: KernelTraits, systemRam = ramOf(map)): Fit {
  const evaluated = evaluateFor(traits, line, systemRam);
  if (!evaluated.ok || evaluated.reserved === 0n) return { kind: "nothing", log: evaluated.log };
  const placement = placementOf(traits);
  if (placement === null) return { kind: "unknown" };
  const main = placeMain(evaluated, placement, map);
  if (typeof main === "string")
    return {
      kind: "no-room",
      what: evaluated.base === 0n ? "main" : "offset",
      log: [...evaluated.log, main],
    };
  const lowSize = lowSizeOf(line, evaluated, main, placement, traits);
  return finish({ evaluated, placement, map, main, lowSize });
}

interface Main extends Block {
  /** found in a later window than the first */
  readonly fellBack: boolean;
}

/** A string is the log line of the failure. */
function placeMain(evaluated: Ok, placement: Placement, map: MemoryMap): Main | string {
  const free = freeBlocks(map);
  const size = roundUp(evaluated.reserved, placement.page);
  const { base } = evaluated;
  if (base !== 0n) {
    const there = highestPlace(free, size, placement.fixed.align, base, base + size);
    return there === base
      ? { start: base, end: base + size, fellBack: false }
      : fixedFailureLine(placement, base, size, map);
  }
  for (const [at, { from, to }] of (evaluated.high ? placement.high : placement.plain).entries()) {
    const start = highestPlace(free, size, placement.align, from, to);
    if (start !== null) return { start, end: start + size, fellBack: at > 0 };
  }
  return noPlaceLine(placement, size);
}

type Ok = Extract<Evaluated, { readonly ok: true }>;

interface LowSize {
  readonly bytes: bigint;
  /** by `,low`, not by default */
  readonly asked: boolean;
}

function lowSizeOf(
  line: string,
  evaluated: Ok,
  main: Main,
  { low }: Placement,
  traits: KernelTraits,
): LowSize {
  const none = { bytes: 0n, asked: false };
  if (low.when === "none") return none;
  const standard = { bytes: traits.defaultLow ?? 0n, asked: false };
  const words = new CommandLine(bootCommandLine(line, traits.commandLineSize), traits);
  const found = words.find(",low", 0n);
  const asked = found.ret === 0 ? { bytes: found.size, asked: true } : standard;
  if (low.when === "above") return main.start >= FOUR_GIB ? asked : none;
  if (!evaluated.high) return main.fellBack && main.start >= FOUR_GIB ? standard : none;
  const size = { bytes: evaluated.low ?? 0n, asked: asked.asked };
  const near = low.nearLimit ? main.start > FOUR_GIB - size.bytes : main.start >= FOUR_GIB;
  return near ? size : none;
}

function finish(parts: {
  readonly evaluated: Ok;
  readonly placement: Placement;
  readonly map: MemoryMap;
  readonly main: Main;
  readonly lowSize: LowSize;
}): Fit {
  const { evaluated, placement, map, main, lowSize } = parts;
  const log = [...evaluated.log];
  const mainLine = placedLine(placement, main.start, main.end - main.start, map);
  const { bytes } = lowSize;
  if (bytes === 0n) return withCma({ main, low: null, log: [...log, mainLine] }, parts);
  const from = placement.low.fromSize ? bytes : 0n;
  const at = highestPlace(freeBlocks(map, [main]), bytes, placement.align, from, FOUR_GIB);
  if (at === null) {
    const failure = noLowPlaceLine(placement, bytes);
    if (placement.low.failure === "cancels") return { kind: "no-room", what: "low", log: [...log, failure] };
    return withCma({ main, low: null, log: [...log, mainLine, ...(lowSize.asked ? [failure] : [])] }, parts);
  }
  const lines = [lowPlacedLine(placement, at, bytes, map), mainLine];
  if (!placement.low.first) lines.reverse();
  return withCma({ main, low: { start: at, end: at + bytes }, log: [...log, ...lines] }, parts);
}

/** Largest pieces first, each half as large as the one that found no place, four at most: reserve_crashkernel_cma(). */
function withCma(
  placed: { readonly main: Main; readonly low: Block | null; readonly log: readonly string[] },
  { evaluated, map }: { readonly evaluated: Ok; readonly map: MemoryMap },
): Placed {
  const { main, low, log } = placed;
  const crash = { start: main.start, end: main.end };
  const asked = evaluated.cma;
  if (asked === null) return { kind: "placed", crash, low, cmaBytes: null, log };
  const taken: Block[] = [main, ...(low === null ? [] : [low])];
  let piece = roundUp(asked, CMA_PAGE);
  let got = 0n;
  let ranges = 0;
  while (got < asked && ranges < CMA_RANGES && piece > CMA_PAGE) {
    const start = highestPlace(freeBlocks(map, taken), piece, CMA_ALIGN, 0n, HIGHEST);
    if (start === null) {
      piece = roundUp(piece / 2n, CMA_PAGE);
      continue;
    }
    taken.push({ start, end: start + piece });
    got += piece;
    ranges++;
  }
  return { kind: "placed", crash, low, cmaBytes: got, log: [...log, cmaLine(asked, got, ranges)] };
}

const CMA_PAGE = 4096n;
/** pageblock_order with 4K pages and MAX_PAGE_ORDER 10 */
const CMA_ALIGN = 4n << 20n;
/** CRASHKERNEL_CMA_RANGES_MAX */
const CMA_RANGES = 4;
const HIGHEST = 1n << 64n;

function roundUp(value: bigint, step: bigint): bigint {
  return ((value + step - 1n) / step) * step;
}
