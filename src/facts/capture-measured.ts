/** What the package measured itself, of the kernel that boots, and what its initrd says of itself. */
import type { Profile } from "../distro/profile.js";
import type { Reader } from "../machine/machine.js";
import { KIB, type Measured, MIB } from "../sizing/input.js";
import { HEAD, TAIL, unpackedBytes } from "../sizing/unpacked.js";

interface MeasuredByPackage {
  /** the capture initrd, unpacked */
  readonly unpacked: Measured | null;
  /** in use early in the last boot */
  readonly earlyUsed: Measured | null;
  /** where they would stand, or why there is nothing to read */
  readonly unpackedWhy: string;
  readonly earlyWhy: string;
}

export function measuredByPackage(
  reader: Reader,
  release: string | null,
  { kdump: { measured } }: Profile,
): MeasuredByPackage {
  if (measured === null || release === null)
    return {
      unpacked: null,
      earlyUsed: null,
      unpackedWhy: "it does not say it itself, and is not unpacked to look",
      earlyWhy: "no program of this system measures it",
    };
  const unpackedAt = measured.unpackedMib.replace("{release}", () => release);
  const earlyAt = measured.earlyMeminfo.replace("{release}", () => release);
  const mib = /^(\d{1,5})\s*$/.exec(reader.readText(unpackedAt) ?? "")?.[1];
  const used = earlyUsedKib(reader.readText(earlyAt) ?? "");
  return {
    // 0 is what is left of a measurement that failed
    unpacked:
      mib === undefined || Number(mib) === 0 ? null : { bytes: Number(mib) * MIB, source: unpackedAt },
    earlyUsed: used === null ? null : { bytes: used * KIB, source: earlyAt },
    unpackedWhy: `${unpackedAt} is not there yet, or holds no number`,
    earlyWhy: `${earlyAt} is written at the next boot`,
  };
}

/** What an initrd itself says of it; null where it does not (of several parts, packed from a pipe by zstd). */
export function unpackedSize(reader: Reader, { bytes, source }: Measured): Measured | null {
  const head = reader.readPart(source, 0, HEAD);
  const tail = reader.readPart(source, Math.max(0, bytes - TAIL), TAIL);
  const unpacked = head === null || tail === null ? null : unpackedBytes(head, tail, bytes);
  return unpacked === null ? null : { bytes: unpacked, source: `${source}, as it says at its end` };
}

/** As kdump-config of kdump-tools 1.10.7 reckons it (crashkernel_estimate): what free(1) calls used, less huge pages. */
function earlyUsedKib(meminfo: string): number | null {
  const field = (name: string): number | null => {
    const found = new RegExp(`^${name}:\\s+(\\d{1,13}) kB$`, "m").exec(meminfo)?.[1];
    return found === undefined ? null : Number(found);
  };
  const total = field("MemTotal");
  const free = ["MemFree", "Buffers", "Cached", "SReclaimable"].map(field);
  if (total === null || free.includes(null)) return null;
  const used = free.reduce<number>((left, one) => left - (one ?? 0), total) - (field("Hugetlb") ?? 0);
  return used > 0 ? used : null;
}
