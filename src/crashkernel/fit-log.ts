/** What the kernel logs about a reservation, made or not. */
import { type Block, FOUR_GIB, type MemoryMap, ramOf, smaller } from "./memory-map.js";
import type { Placement } from "./placement.js";

const mib = (bytes: bigint): bigint => bytes >> 20n;
const hex = (value: bigint, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;

export function placedLine({ style }: Placement, at: bigint, size: bigint, map: MemoryMap): string {
  if (style === "x86")
    return `Reserving ${mib(size)}MB of memory at ${mib(at)}MB for crashkernel (System RAM: ${mib(ramOf(map))}MB)`;
  return `crashkernel reserved: ${hex(at, 16)} - ${hex(at + size, 16)} (${mib(size)} MB)`;
}

export function lowPlacedLine({ style, low }: Placement, at: bigint, size: bigint, map: MemoryMap): string {
  if (style !== "x86")
    return `crashkernel low memory reserved: ${hex(at, 8)} - ${hex(at + size, 8)} (${mib(size)} MB)`;
  const ram = ramOf(map);
  const counted =
    low.counts === "limit"
      ? `low RAM limit: ${mib(smaller(ram, FOUR_GIB))}MB`
      : `System low RAM: ${mib(belowFourGib(map.ram))}MB`;
  return `Reserving ${mib(size)}MB of low memory at ${mib(at)}MB for crashkernel (${counted})`;
}

function belowFourGib(ram: readonly Block[]): bigint {
  return ram.reduce((sum, { start, end }) => sum + smaller(end, FOUR_GIB) - smaller(start, FOUR_GIB), 0n);
}

export function noPlaceLine({ style }: Placement, size: bigint): string {
  if (style === "x86") return "crashkernel reservation failed - No suitable area found.";
  return `cannot allocate crashkernel (size:${hex(size, 0)})`;
}

export function noLowPlaceLine({ style, low }: Placement, size: bigint): string {
  if (style !== "x86") return `cannot allocate crashkernel low memory (size:${hex(size, 0)}).`;
  if (low.failure === "stays") return "crashkernel low reservation failed - No suitable area found.";
  return `Cannot reserve ${mib(size)}MB crashkernel low memory, please try smaller size.`;
}

export function fixedFailureLine(placement: Placement, at: bigint, size: bigint, map: MemoryMap): string {
  switch (placement.fixed.failure) {
    case "in-use":
      return "crashkernel reservation failed - memory is in use.";
    case "cannot-allocate":
      return noPlaceLine(placement, size);
    case "says-why":
      return `cannot reserve crashkernel: ${whyNotThere(placement, at, size, map)}`;
    default:
      return placement.fixed.failure satisfies never;
  }
}

function whyNotThere(
  { fixed }: Placement,
  at: bigint,
  size: bigint,
  { ram, taken, image }: MemoryMap,
): string {
  const used = image === null ? taken : [...taken, image];
  if (!ram.some(({ start, end }) => at >= start && at + size <= end)) return "region is not memory";
  if (used.some(({ start, end }) => at < end && at + size > start)) return "region overlaps reserved memory";
  return `base address is not ${mib(fixed.align)}MB aligned`;
}

export function cmaLine(asked: bigint, got: bigint, ranges: number): string {
  if (got >= asked) return `crashkernel CMA reserved: ${mib(got)} MB in ${ranges} ranges`;
  return `crashkernel CMA reservation failed: ${mib(asked)} MB requested, ${mib(got)} MB reserved in ${ranges} ranges`;
}
