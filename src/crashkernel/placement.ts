/** How each kernel looks for a place, as data: windows in the order they are tried, alignment, and the low part. */
import type { Arch } from "./arch.js";
import type { KernelTraits } from "./generation.js";
import { FOUR_GIB } from "./memory-map.js";

const MIB = 1n << 20n;
const TIB = 1n << 40n;
const OLD_LIMIT = 896n * MIB;
/** MAXMEM of x86_64 with four levels of page tables, and CRASH_ADDR_HIGH_MAX of the generic code. */
const HIGHEST = 64n * TIB;

export interface Window {
  readonly from: bigint;
  readonly to: bigint;
}

export interface Placement {
  /** which texts it logs */
  readonly style: "x86" | "arm64" | "generic";
  /** bytes the place is a multiple of */
  readonly align: bigint;
  /** bytes the size is rounded up to before it is looked for */
  readonly page: bigint;
  /** for a plain size and for `,high`, in the order they are tried */
  readonly plain: readonly Window[];
  readonly high: readonly Window[];
  readonly low: LowPart;
  readonly fixed: FixedPlace;
}

/** The part below 4G. */
export interface LowPart {
  /**
   * above: whatever ended above 4G gets one, of the size `,low` says. fallback: `,high`, and a plain size that found no
   * place below 4G, which gets the default size.
   */
  readonly when: "none" | "above" | "fallback";
  /** cancels: without it all is given back. stays: the main part stays, and only what `,low` asked for is missed aloud */
  readonly failure: "cancels" | "stays";
  /** logged before the main part */
  readonly first: boolean;
  /** taken when the main part begins above 4G less the low part's size, not only above 4G */
  readonly nearLimit: boolean;
  /** the search begins at its own size, not at 0 */
  readonly fromSize: boolean;
  /** what its log line counts: the memory below 4G, or up to that limit */
  readonly counts: "memory" | "limit";
}

/** An `@offset`. */
export interface FixedPlace {
  /** bytes it has to be a multiple of */
  readonly align: bigint;
  readonly failure: "in-use" | "cannot-allocate" | "says-why";
}

/** null: how this kernel looks for a place is not modelled here. */
export function placementOf(traits: KernelTraits): Placement | null {
  if (!traits.features.has("supported") || traits.arch === "x86") return null;
  if (traits.features.has("generic")) return generic(traits.arch);
  if (traits.arch === "x86_64") return x86(traits);
  return traits.arch === "arm64" ? arm64(traits) : null;
}

const below = (to: bigint, from = 0n): Window => ({ from, to });

function generic(arch: Arch): Placement {
  const align = arch === "x86_64" ? 16n * MIB : 2n * MIB;
  const [low, high] = [below(FOUR_GIB), below(HIGHEST, FOUR_GIB)];
  return {
    style: "generic",
    align,
    page: 1n,
    plain: [low, high],
    high: [high, low],
    low: {
      when: "fallback",
      failure: "cancels",
      first: true,
      nearLimit: false,
      fromSize: false,
      counts: "memory",
    },
    fixed: { align, failure: "in-use" },
  };
}

function x86({ features }: KernelTraits): Placement {
  const start = 16n * MIB;
  const [old, low, all] = [below(OLD_LIMIT, start), below(FOUR_GIB, start), below(HIGHEST, start)];
  const cancels = features.has("low256");
  return {
    style: "x86",
    align: 16n * MIB,
    page: 1n,
    plain: features.has("plainInSteps") ? [old, low, all] : features.has("plainAbove") ? [low, all] : [old],
    high: [all],
    low: {
      when: features.has("highLow") ? "above" : "none",
      failure: cancels ? "cancels" : "stays",
      first: cancels,
      nearLimit: false,
      fromSize: !cancels,
      counts: features.has("lowLimitText") ? "limit" : "memory",
    },
    fixed: { align: MIB, failure: "in-use" },
  };
}

function arm64({ features }: KernelTraits): Placement {
  const [low, high, all] = [below(FOUR_GIB), below(HIGHEST, FOUR_GIB), below(HIGHEST)];
  const fallsBack = features.has("highFallsBack");
  return {
    style: "arm64",
    align: 2n * MIB,
    page: 4096n,
    plain: features.has("low128") ? [low, fallsBack ? high : all] : [low],
    high: fallsBack ? [high, low] : [all],
    low: {
      when: features.has("highLow") ? "fallback" : "none",
      failure: "cancels",
      first: true,
      nearLimit: features.has("low128") && !fallsBack,
      fromSize: false,
      counts: "memory",
    },
    fixed: {
      align: 2n * MIB,
      failure: fallsBack ? "in-use" : features.has("offsetAllocates") ? "cannot-allocate" : "says-why",
    },
  };
}
