/** Architectures as the kernel groups them, and what each cuts from a command line. */
import semver from "semver";

export type Arch = "x86_64" | "x86" | "arm64" | "arm" | "ppc64" | "s390" | "riscv" | "loongarch";

const NAMES: Readonly<Record<string, Arch>> = {
  x86_64: "x86_64",
  amd64: "x86_64",
  x86: "x86",
  i386: "x86",
  i486: "x86",
  i586: "x86",
  i686: "x86",
  aarch64: "arm64",
  arm64: "arm64",
  arm: "arm",
  armv6l: "arm",
  armv7l: "arm",
  armhf: "arm",
  ppc64: "ppc64",
  ppc64le: "ppc64",
  ppc64el: "ppc64",
  powerpc64: "ppc64",
  s390: "s390",
  s390x: "s390",
  riscv: "riscv",
  riscv64: "riscv",
  loongarch: "loongarch",
  loongarch64: "loongarch",
  loong64: "loongarch",
};

/** As `uname -m` says them, one or two of each architecture. */
export const UNAME_NAMES: readonly string[] = [
  "x86_64",
  "i686",
  "aarch64",
  "armv7l",
  "ppc64",
  "ppc64le",
  "s390x",
  "riscv64",
  "loongarch64",
];

/** From `uname -m` or a package's word for it; null when not known here. */
export function normalizeArch(name: string): Arch | null {
  return Object.hasOwn(NAMES, name) ? (NAMES[name] ?? null) : null;
}

/**
 * COMMAND_LINE_SIZE in bytes with the NUL (arch/…/include/uapi/asm/setup.h). Where the release of a change is not
 * known the smaller value is given: a line that fits it fits in both.
 */
export function commandLineSize(arch: Arch, version: string): number {
  switch (arch) {
    case "x86_64":
    case "x86":
    case "arm64":
      return 2048;
    case "arm":
      return 1024;
    case "ppc64":
      return semver.gte(version, "3.16.0") ? 2048 : 512;
    case "s390":
      return semver.gte(version, "3.9.0") ? 4096 : 896;
    case "riscv":
      if (semver.gte(version, "7.1.0")) return 2048;
      return semver.gte(version, "6.2.12") ? 1024 : 512;
    case "loongarch":
      return 4096;
    default:
      return arch satisfies never;
  }
}

const KIB = 1n << 10n;
const MIB = 1n << 20n;

/**
 * Bytes an `@offset` has to be a multiple of. x86: 1M steps were searched up to 6.6, 16M (CRASH_ALIGN) is demanded
 * by the generic code; arm64, riscv, loongarch: 2M; s390: HPAGE_SIZE; ppc64: a page of 64K; arm: SECTION_SIZE (the
 * smaller of its two values) since "ARM: kexec: fix crashkernel= handling", which 5.0 has; before, nothing was asked.
 */
export function offsetAlignment(arch: Arch, version: string, generic: boolean): bigint {
  switch (arch) {
    case "x86_64":
    case "x86":
      return generic ? 16n * MIB : MIB;
    case "arm64":
    case "riscv":
    case "loongarch":
      return 2n * MIB;
    case "s390":
      return MIB;
    case "ppc64":
      return 64n * KIB;
    case "arm":
      return semver.gte(version, "5.0.0") ? MIB : 1n;
    default:
      return arch satisfies never;
  }
}
