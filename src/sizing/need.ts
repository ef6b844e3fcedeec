/**
 * Our own estimate: what the capture kernel needs at its worst moment, when the initrd is unpacked beside itself.
 *
 * Measured on one system (Linux 6.1.192, x86_64, one processor, initrd of 7.3 MiB, no further drivers), alike at 1, 2, 4
 * and 8 GiB: 112 MiB fail while the initrd is unpacked, 120 MiB save a dump. There the kernel itself (init_size) took 64
 * MiB, and some 26 MiB were in use by it when memory ran out. The estimate for that system is 137 MiB before any margin.
 */
import { GIB, KIB, type Measured, MIB, type SizingInput } from "./input.js";
import { luksBytes } from "./luks.js";

export interface Amounts {
  /** bytes on a machine of less than 64 GiB; and on larger ones */
  readonly bytes: number;
  readonly largeBytes: number;
}

/** Before the margin. */
export interface Need extends Amounts {
  /** every input with its number and source, one line each */
  readonly inputs: readonly string[];
  /** image and initrd were read, not guessed */
  readonly read: boolean;
}

/** Where the bitmap of pages is no longer small: 64 GiB. */
export const LARGE = 64n * BigInt(GIB);

/** In use by the running capture kernel and its programs beside the images: 26 MiB measured. */
const RUNNING = 32 * MIB;
/** init_size over the image's file: 8.1 on the system measured. */
const INIT_PER_FILE = 9;
/** Unpacked over packed: zstd of modules and programs; 3.5 on the system measured, xz reaches 4.5. */
const UNPACKED = 4;
/** The capture initrd over the normal one: 1/4 on the system measured. */
const CAPTURE_PER_MAIN = 1 / 2;
/** What a capture initrd is where nothing is known of one. */
const INITRD_UNKNOWN = 24 * MIB;
/** And at least, however small the normal one is: 7.3 MiB on the system measured, with hardly any drivers. */
const INITRD_LEAST = 8 * MIB;
const KERNEL_UNKNOWN = 80 * MIB;

/** Which of the two counts on a machine of that memory; the smaller one where it is not known. */
export function neededAt({ bytes, largeBytes }: Amounts, ramBytes: bigint | number | null): number {
  return ramBytes !== null && ramBytes >= LARGE ? largeBytes : bytes;
}

/** null: neither the kernel's image nor an initrd is there to estimate from. */
export function estimateNeed({ parts, machine }: Pick<SizingInput, "parts" | "machine">): Need | null {
  const { kernelInit, kernelFile, captureInitrd, mainInitrd } = parts;
  if (kernelInit === null && kernelFile === null && captureInitrd === null && mainInitrd === null)
    return null;
  const inputs: string[] = [];
  let bytes = 0;
  const add = (name: string, amount: number, source: string): void => {
    if (amount === 0) return;
    bytes += amount;
    inputs.push(`${name} ${Math.ceil(amount / MIB)} MiB (${source})`);
  };
  const kernel = kernelOf(parts.kernelInit, parts.kernelFile, machine.arch);
  add("kernel", kernel.bytes, kernel.source);
  const initrd = parts.captureInitrd ?? guessInitrd(parts);
  add("initrd", initrd.bytes, initrd.source);
  const unpacked = parts.captureInitrdUnpacked ?? {
    bytes: UNPACKED * initrd.bytes,
    source: `not known, ${UNPACKED} times the initrd`,
  };
  add("initrd unpacked", unpacked.bytes, unpacked.source);
  add("running", RUNNING, "26 MiB measured");
  if (parts.modules !== null) add("modules", parts.modules.bytes, parts.modules.source);
  add("LUKS2", luksBytes(parts.luks?.bytes ?? 0, machine.arch), parts.luks?.source ?? "");
  add("bitmap of pages", bitmapBytes(64 * GIB), "makedumpfile, 2 bits a page of 64 GiB");
  add("further processors", (machine.captureCpus - 1) * 5000 * KIB, `${machine.captureCpus} are started`);
  for (const [name, amount] of hardware(machine)) add(name, amount, "kdump-lib.sh of kdump-utils 2026-03");
  const read = parts.kernelInit !== null && parts.captureInitrd !== null;
  return { bytes, largeBytes: bytes - bitmapBytes(64 * GIB) + bitmapBytes(512 * GIB), inputs, read };
}

/** makedumpfile's bitmaps, which it keeps to 32 MiB and then works in cycles. */
function bitmapBytes(ramBytes: number): number {
  return Math.min(32 * MIB, Math.ceil(ramBytes / 16384));
}

function kernelOf(init: Measured | null, file: Measured | null, arch: string): Measured {
  if (init !== null) return init;
  if (file === null) return { bytes: KERNEL_UNKNOWN, source: "not known, assumed" };
  // an image that is not packed (arm64, s390) is counted the same: too much rather than too little
  const factor = arch.startsWith("ppc") ? 3 : INIT_PER_FILE;
  return { bytes: factor * file.bytes, source: `${factor} times ${file.source}` };
}

function guessInitrd({ mainInitrd, captureLikeMain }: SizingInput["parts"]): Measured {
  if (mainInitrd === null) return { bytes: INITRD_UNKNOWN, source: "not built yet, assumed" };
  const { bytes, source } = mainInitrd;
  const [guess, how] =
    captureLikeMain === null
      ? [bytes * CAPTURE_PER_MAIN, `half of ${source}`]
      : [bytes, `as ${source}: ${captureLikeMain}`];
  if (guess < INITRD_LEAST)
    return { bytes: INITRD_LEAST, source: "not built yet, the least that is assumed" };
  return { bytes: guess, source: `not built yet, ${how}` };
}

/** What makes a capture kernel larger on some hardware: kdump_get_arch_recommend_crashkernel(). */
function hardware(machine: SizingInput["machine"]): readonly (readonly [string, number])[] {
  const { arch, pageBytes, memoryEncryption, smmu, mlx5 } = machine;
  const large = pageBytes > 4096;
  const arm = arch === "aarch64";
  return [
    ["memory encryption", memoryEncryption ? 64 * MIB : 0],
    ["pages of 64 KiB", arm && large ? 100 * MIB : 0],
    ["SMMU with such pages", arm && large && smmu ? 384 * MIB : 0],
    ["mlx5 network card", arm && mlx5 ? (large ? 200 : 150) * MIB : 0],
  ];
}
