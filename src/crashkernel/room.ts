/** Will it fit: where the reservation would lie on this machine's map, and how sure that is. */
import { type Fit, fit } from "./fit.js";
import type { KernelTraits } from "./generation.js";
import { type Block, FOUR_GIB, freeBlocks, largestPlace, type MemoryMap } from "./memory-map.js";
import { placementOf } from "./placement.js";

export interface Room {
  readonly fit: Fit;
  /** bytes: the largest size that would find a place below 4G, and above */
  readonly largestBelow: bigint;
  readonly largestAbove: bigint;
  /** bytes a place is a multiple of; null when how this kernel looks for one is not known */
  readonly align: bigint | null;
  /**
   * steady: it fits wherever the kernel's image lies. chance: where KASLR puts the image may leave no such place.
   * null: nothing is placed, the image was not seen, or the line has nokaslr or an @offset decides.
   */
  readonly kaslr: "steady" | "chance" | null;
  /** bytes of the kernel's image; null when it was not seen */
  readonly imageBytes: bigint | null;
}

export function roomOn(line: string, map: MemoryMap, traits: KernelTraits): Room {
  const placed = fit(line, map, traits);
  const align = placementOf(traits)?.align ?? null;
  const free = freeBlocks(map);
  const step = align ?? 1n;
  return {
    fit: placed,
    largestBelow: largestPlace(free, step, 0n, FOUR_GIB),
    largestAbove: largestPlace(free, step, FOUR_GIB, 1n << 64n),
    align,
    kaslr: kaslrOf(line, placed, map, step),
    imageBytes: map.image === null ? null : map.image.end - map.image.start,
  };
}

function kaslrOf(line: string, placed: Fit, map: MemoryMap, align: bigint): Room["kaslr"] {
  if (placed.kind !== "placed" || map.image === null || line.includes("@")) return null;
  if (line.split(/[ \t\n]/).includes("nokaslr")) return null;
  const image = map.image.end - map.image.start;
  const free = freeBlocks({ ...map, image: null });
  const steady = (block: Block | null): boolean =>
    block === null || fitsAnyhow(free, block, image, align, block.start < FOUR_GIB);
  return steady(placed.crash) && steady(placed.low) ? "steady" : "chance";
}

/** On the same side of 4G, with the image in the worst place: the middle of the only block that is large enough. */
function fitsAnyhow(
  free: readonly Block[],
  wanted: Block,
  image: bigint,
  align: bigint,
  low: boolean,
): boolean {
  const size = wanted.end - wanted.start;
  const sizes = free
    .map((block) => largestPlace([block], align, low ? 0n : FOUR_GIB, low ? FOUR_GIB : 1n << 64n))
    .filter((largest) => largest >= size);
  return sizes.length > 1 || sizes.some((largest) => (largest - image) / 2n >= size + align);
}
