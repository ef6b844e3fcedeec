/** The estimators that distributions ship, each as it reckons. What one of them lacks is named; nothing is invented. */
import {
  type Calibration,
  GIB,
  KIB,
  type Measured,
  MIB,
  type SizingInput,
  type SizingMachine,
} from "./input.js";
import { luksBytes } from "./luks.js";

export interface Estimate {
  /** the program that reckons so */
  readonly by: string;
  /** bytes; null when an input it needs is not known */
  readonly bytes: number | null;
  /** the sum as it was made, or what is missing */
  readonly how: string;
}

export function estimates(input: SizingInput): readonly Estimate[] {
  return [kdumpctl(input), kdumpConfig(input), calibrate(input)];
}

/**
 * `kdumpctl estimate` of kdump-utils since 2025-08 (kdumpctl, do_estimate): the kernel's loaded size, the modules in the
 * capture initrd, three times that initrd (itself, unpacked, and half of a tmpfs), 16M, LUKS2. The program then takes
 * the vendor's size where that is larger.
 */
function kdumpctl({ parts, machine }: SizingInput): Estimate {
  const by = "kdumpctl estimate";
  const { kernelInit, captureInitrd, modules } = parts;
  if (kernelInit === null || captureInitrd === null)
    return lacks(by, { "the kernel's loaded size": kernelInit, "the capture initrd": captureInitrd });
  const luks = luksBytes(parts.luks?.bytes ?? 0, machine.arch);
  const bytes = kernelInit.bytes + (modules?.bytes ?? 0) + 3 * captureInitrd.bytes + 16 * MIB + luks;
  const unknown = modules === null ? " (modules not known: 0)" : ` + modules ${mib(modules.bytes)}`;
  return {
    by,
    bytes,
    how: `kernel ${mib(kernelInit.bytes)}${unknown} + 3 × initrd ${mib(captureInitrd.bytes)} + 16 MiB${luksText(luks)}`,
  };
}

/**
 * What `kdump-config show` suggests (kdump-tools 1.10.7, crashkernel_estimate): what was in use early in boot, on x86_64
 * less what the processors past the first and the memory of the large machine cost, and never less than kernel, both
 * forms of the initrd and 32M. The compressed kernel counts 6 times on x86_64 and s390x, 2 times on ppc64le, else 4 times.
 */
function kdumpConfig({ parts, machine }: SizingInput): Estimate {
  const by = "kdump-config estimate";
  const { kernelFile, captureInitrd, captureInitrdUnpacked, earlyUsed } = parts;
  if (kernelFile === null || captureInitrd === null || captureInitrdUnpacked === null)
    return lacks(by, {
      "the kernel's file": kernelFile,
      "the capture initrd": captureInitrd,
      "its unpacked size": captureInitrdUnpacked,
    });
  const { cpus, arch } = machine;
  const factor = arch === "x86_64" || arch === "s390x" ? 6 : arch === "ppc64le" ? 2 : 4;
  // du -sm rounds each up, and the use early in boot is divided down to whole MiB
  const images = factor * wholeMib(kernelFile) + wholeMib(captureInitrd) + wholeMib(captureInitrdUnpacked);
  const floor = images + 32 * MIB;
  const sum = `${factor} × kernel file ${mib(kernelFile.bytes)} + initrd ${mib(captureInitrd.bytes)} + unpacked ${mib(captureInitrdUnpacked.bytes)}`;
  if (earlyUsed === null || cpus === null || machine.ramBytes === null)
    return { by, bytes: floor, how: `${sum} + 32 MiB (its lower limit; use early in boot was not measured)` };
  const large = buckets(cpus - 1, CPU_BUCKETS) + buckets(Math.floor(machine.ramBytes / GIB), RAM_BUCKETS);
  const saved = arch === "x86_64" ? large : 0;
  const measured = images + Math.floor(earlyUsed.bytes / MIB) * MIB - saved;
  return measured > floor
    ? { by, bytes: measured, how: `${sum} + early use ${mib(earlyUsed.bytes)} - ${mib(saved)}` }
    : { by, bytes: floor, how: `${sum} + 32 MiB (its lower limit)` };
}

function wholeMib({ bytes }: Measured): number {
  return Math.ceil(bytes / MIB) * MIB;
}

type Buckets = readonly (readonly [upTo: number, each: number])[];
const CPU_BUCKETS: Buckets = [
  [32, 5000 * KIB],
  [64, 3500 * KIB],
  [Number.POSITIVE_INFINITY, 2500 * KIB],
];
const RAM_BUCKETS: Buckets = [
  [32, 6000 * KIB],
  [Number.POSITIVE_INFINITY, 600 * KIB],
];

function buckets(count: number, steps: Buckets): number {
  let before = 0;
  let bytes = 0;
  for (const [upTo, each] of steps) {
    bytes += Math.max(0, Math.min(count, upTo) - before) * each;
    before = upTo;
  }
  return bytes;
}

/** `kdumptool calibrate` (kdumptool/calibrate.cc of kdump, 2026-04) with the numbers its package measured. In KiB. */
function calibrate({ machine, parts, calibration }: SizingInput): Estimate {
  const by = "kdumptool calibrate";
  if (calibration === null) return { by, bytes: null, how: "not installed: its calibrate.conf is missing" };
  const { ramBytes } = machine;
  if (ramBytes === null) return lacks(by, { "the memory": ramBytes });
  const luks = (parts.luks?.bytes ?? 0) / KIB;
  const network = machine.networkTarget === true;
  const boot =
    calibration.KERNEL_BASE +
    calibration.KERNEL_INIT +
    calibration.INIT_CACHED +
    (network ? calibration.INIT_NET + calibration.INIT_CACHED_NET : 0);
  const needed = Math.max(boot, calibratedRuntime({ ...machine, ramBytes }, luks, calibration));
  const kib = Math.floor(((needed - luks) * 130) / 100) + 64 * KIB + luks;
  const how = `its package's numbers, ${machine.captureCpus} processors, ${mib(ramBytes)} of memory: ${mib(needed * KIB)}, and 30 % + 64 MiB; without ACPI's tables, and 64 MiB less than it adds above 4 GiB`;
  return { by, bytes: kib * KIB, how };
}

/** Each step is rounded down to whole KiB, as there. The slabs of ACPI, which it reads from the running kernel, are left out. */
function calibratedRuntime(
  machine: SizingMachine & { readonly ramBytes: number },
  luks: number,
  calibration: Calibration,
): number {
  const page = calibration.PAGESIZE;
  const mainframe = machine.arch.startsWith("s390");
  const framebuffer = machine.framebufferBytes ?? (mainframe ? 0 : 768 * 4 * KIB);
  // threads, makedumpfile's parallel buffers
  const perCpu = calibration.PERCPU + 100 + Math.floor((3 * page) / KIB) + 128 + 5;
  const ram = Math.ceil(machine.ramBytes / KIB);
  const bitmap =
    Math.min(Math.ceil(Math.floor(ram / page) / 4), 32 * KIB) + 96 * Math.ceil(ram / (128 * MIB));
  const user = calibration.USER_BASE + (machine.networkTarget === true ? calibration.USER_NET : 0) + bitmap;
  const screen = Math.floor((2 * framebuffer) / KIB);
  let kib = calibration.KERNEL_BASE + calibration.INIT_CACHED + screen + luks;
  kib += perCpu * machine.captureCpus + user;
  // pages not yet written (20 %) and what is in flight for them, hash tables, and the description of every page
  kib = Math.floor((kib * 100 * KIB) / (80 * KIB - 20 * 64));
  kib = Math.floor((kib * MIB) / (MIB - 232 * 8));
  const described = Math.floor((kib * page) / (page - calibration.SIZEOFPAGE)) - kib;
  const pages = Math.floor(described / calibration.SIZEOFPAGE);
  // s390x describes whole sections of 256 MiB
  return kib + (mainframe ? Math.ceil(pages / 64) * 64 : pages) * calibration.SIZEOFPAGE;
}

function lacks(by: string, inputs: Readonly<Record<string, unknown>>): Estimate {
  const missing = Object.keys(inputs).filter((name) => inputs[name] === null);
  return { by, bytes: null, how: `not known: ${missing.join(", ")}` };
}

function luksText(bytes: number): string {
  return bytes === 0 ? "" : ` + LUKS2 ${mib(bytes)}`;
}

export function mib(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`;
}
