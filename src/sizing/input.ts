/** What an estimate of the reservation is made from. Bytes are numbers; null where nothing could be read. */

/** A size and where it comes from: shown to the admin beside the number. */
export interface Measured {
  readonly bytes: number;
  /** the file, command or rule that says so */
  readonly source: string;
}

/** What the capture kernel will have to hold, as far as it is known before it was ever loaded. */
export interface CaptureParts {
  /** the kernel image file */
  readonly kernelFile: Measured | null;
  /** what the image takes until it runs (kernel-image.ts); null for images that do not say */
  readonly kernelInit: Measured | null;
  /** the initrd made for the capture kernel; null while it has not been built */
  readonly captureInitrd: Measured | null;
  /** the same, unpacked */
  readonly captureInitrdUnpacked: Measured | null;
  /** the initrd of the normal kernel */
  readonly mainInitrd: Measured | null;
  /** why the capture initrd will be about as large as that one; null where it is made smaller */
  readonly captureLikeMain: string | null;
  /** modules loaded now that are in the capture initrd (/proc/modules) */
  readonly modules: Measured | null;
  /** largest Argon2 memory of a key slot of the dump target's LUKS2 device; 0 bytes: it is not encrypted */
  readonly luks: Measured | null;
  /** used early in boot, as kdump_mem_estimator of kdump-tools measures it */
  readonly earlyUsed: Measured | null;
}

export interface SizingMachine {
  /** null when not known, as of an image */
  readonly ramBytes: number | null;
  /** as uname -m says it */
  readonly arch: string;
  /** processors of this machine; null when not known */
  readonly cpus: number | null;
  /** processors the capture kernel starts (nr_cpus= or maxcpus= of its arguments); 1 where it says 1 */
  readonly captureCpus: number;
  readonly pageBytes: number;
  /** AMD SME or SEV is active */
  readonly memoryEncryption: boolean;
  /** an SMMU is there (arm64) */
  readonly smmu: boolean;
  /** a network card of the mlx5 family is there */
  readonly mlx5: boolean;
  /** of all framebuffers; null when not known */
  readonly framebufferBytes: number | null;
  /** the dump goes over the network; null when not known */
  readonly networkTarget: boolean | null;
}

/** /usr/lib/kdump/calibrate.conf of the kdump package that has `kdumptool calibrate`; sizes in KiB, as there. */
export type Calibration = Readonly<Record<CalibrationName, number>>;

export const CALIBRATION_NAMES = [
  "KERNEL_BASE",
  "KERNEL_INIT",
  "INIT_NET",
  "INIT_CACHED",
  "INIT_CACHED_NET",
  "PERCPU",
  "PAGESIZE",
  "SIZEOFPAGE",
  "USER_BASE",
  "USER_NET",
] as const;
export type CalibrationName = (typeof CALIBRATION_NAMES)[number];

export interface SizingInput {
  readonly mode: "auto" | "tight";
  readonly machine: SizingMachine;
  readonly parts: CaptureParts;
  /** null where the package brings none */
  readonly calibration: Calibration | null;
  /** the distribution's own list for this release and architecture */
  readonly vendor: { readonly expression: string; readonly source: string };
}

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
