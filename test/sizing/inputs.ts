import type { Calibration, CaptureParts, SizingInput, SizingMachine } from "../../src/sizing/input.js";
import { GIB, MIB } from "../../src/sizing/input.js";

export const measured = (mib: number, source = "a test") => ({ bytes: mib * MIB, source });

const NOTHING: CaptureParts = {
  kernelFile: null,
  kernelInit: null,
  captureInitrd: null,
  captureInitrdUnpacked: null,
  mainInitrd: null,
  captureLikeMain: null,
  modules: null,
  luks: null,
  earlyUsed: null,
};

const MACHINE: SizingMachine = {
  ramBytes: 8 * GIB,
  arch: "x86_64",
  cpus: 4,
  captureCpus: 1,
  pageBytes: 4096,
  memoryEncryption: false,
  smmu: false,
  mlx5: false,
  framebufferBytes: null,
  networkTarget: false,
};

/** The system of the measurements: Linux 6.1.192, x86_64; the unpacked size of its initrd was not recorded. */
export const LAB: Partial<CaptureParts> = {
  kernelFile: { bytes: 8247232, source: "/boot/vmlinuz" },
  kernelInit: { bytes: 66682880, source: "/boot/vmlinuz, init_size" },
  captureInitrd: { bytes: 7664094, source: "/var/lib/kdump/initrd.img" },
  mainInitrd: { bytes: 30645400, source: "/boot/initrd.img" },
};

/** Made up, in the order of what packages measure. */
export const CALIBRATION: Calibration = {
  KERNEL_BASE: 81340,
  KERNEL_INIT: 36000,
  INIT_NET: 800,
  INIT_CACHED: 41000,
  INIT_CACHED_NET: 2200,
  PERCPU: 192,
  PAGESIZE: 4096,
  SIZEOFPAGE: 64,
  USER_BASE: 15000,
  USER_NET: 5000,
};

export function sizingInput(
  parts: Partial<CaptureParts>,
  changes: { readonly machine?: Partial<SizingMachine> } & Partial<
    Omit<SizingInput, "machine" | "parts">
  > = {},
): SizingInput {
  const { machine, ...rest } = changes;
  return {
    mode: "auto",
    calibration: null,
    vendor: { expression: "384M-:128M", source: "a test" },
    ...rest,
    machine: { ...MACHINE, ...machine },
    parts: { ...NOTHING, ...parts },
  };
}
