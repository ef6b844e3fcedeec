/**
 * What is certain of the place when only the size of the memory is known: a search that finds nothing although all of
 * the addresses are memory and none is taken finds nothing on any machine.
 */

import type { Evaluated } from "./evaluate.js";
import { type Fit, fit } from "./fit.js";
import type { KernelTraits } from "./generation.js";
import { FOUR_GIB, larger, type MemoryMap } from "./memory-map.js";
import { placementOf, type Window } from "./placement.js";
import { formatBytes } from "./size.js";

const GIB = 1n << 30n;
const ANYWHERE = 1n << 63n;
/** Below it a PC has one hole, under 4G; the next one ends at 1T (AMD, HyperTransport). */
const ONE_HOLE = 960n * GIB;

/**
 * Where memory ends at the latest: on a PC, of what the devices below 4G push aside comes above. Elsewhere memory
 * begins and ends anywhere.
 */
function endOfMemory(ram: bigint, { arch }: KernelTraits): bigint {
  return arch === "x86_64" && ram < ONE_HOLE ? ram + FOUR_GIB : ANYWHERE;
}

/** All of it free memory. */
function upTo(end: bigint): MemoryMap {
  return { ram: [{ start: 0n, end }], taken: [], image: null };
}

/** One sentence that says why no machine with this memory has a place for it; null where one may have. */
export function noPlaceAnywhere(
  line: string,
  evaluated: Evaluated,
  ram: bigint,
  traits: KernelTraits,
): string | null {
  const placement = placementOf(traits);
  if (placement === null || !evaluated.ok || evaluated.reserved === 0n) return null;
  const best = fit(line, upTo(endOfMemory(ram, traits)), traits, ram);
  const size = formatBytes(evaluated.reserved);
  const kernel = `kernel ${traits.label}`;
  if (best.kind === "no-room" && best.what === "main") {
    const limit = highestEnd(evaluated.high ? placement.high : placement.plain);
    const above = evaluated.high ? 0n : highestEnd(placement.high);
    const way = traits.features.has("highLow") && above > limit ? "; with ,high it looks above as well" : "";
    return `${kernel} looks below ${formatBytes(limit)} only, where ${size} have no place: nothing is reserved${way}`;
  }
  if (best.kind === "no-room" && best.what === "offset") {
    if (evaluated.base % placement.fixed.align !== 0n) return null;
    return `a machine with ${formatBytes(ram)} has no memory for ${size} at ${formatBytes(evaluated.base)}: nothing is reserved`;
  }
  // no machine has less above 4G
  const least = fit(line, upTo(ram), traits, ram);
  if (least.kind !== "no-room" || least.what !== "low") return null;
  return `the part with ,low has no place below 4 GiB, and without it ${kernel} gives the rest back: nothing is reserved`;
}

function highestEnd(windows: readonly Window[]): bigint {
  return windows.reduce((highest, { to }) => larger(highest, to), 0n);
}

/** Below 4G, on which side, and what goes with it there. */
export type LowPart =
  /** it lies above 4G, and so much more is taken below */
  | { readonly kind: "with"; readonly bytes: bigint }
  /** it lies above 4G where it finds no place below, and then so much more is taken below */
  | { readonly kind: "perhaps"; readonly bytes: bigint }
  /** asked for above, but a machine of this size has its memory below 4G as a rule, and nothing goes with it */
  | { readonly kind: "below" };

/** A PC with no more has all of it below 4G as a rule: the devices leave that much there. */
const LOW_PC = 2n * GIB;
/** A plain size under it finds its place below 4G as a rule. */
const LARGE = GIB;

/** What there is to say of a low part; null where there is none, or `,low` and `,high` say it all. */
export function lowPartOf(
  line: string,
  evaluated: Evaluated,
  ram: bigint,
  traits: KernelTraits,
): LowPart | null {
  const placement = placementOf(traits);
  if (placement === null || !evaluated.ok || evaluated.reserved === 0n) return null;
  if (evaluated.high) {
    const below = traits.arch === "x86_64" && ram <= LOW_PC;
    return below ? { kind: "below" } : null;
  }
  const least = upTo(evaluated.base === 0n ? ram : evaluated.base + evaluated.reserved);
  const bytes = lowBytes(fit(line, least, traits, ram));
  if (bytes > 0n) return { kind: "with", bytes };
  if (evaluated.base !== 0n || evaluated.reserved < LARGE || ram <= LOW_PC) return null;
  const split = {
    ...least,
    ram: [
      { start: 0n, end: LARGE },
      { start: FOUR_GIB, end: FOUR_GIB + ram },
    ],
  };
  const above = lowBytes(fit(line, split, traits, ram));
  return above > 0n ? { kind: "perhaps", bytes: above } : null;
}

function lowBytes(placed: Fit): bigint {
  return placed.kind === "placed" && placed.low !== null ? placed.low.end - placed.low.start : 0n;
}
