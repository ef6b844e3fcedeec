/**
 * What changed in `crashkernel=` and in which upstream release.
 *
 * Proof of each line: the parser of releases on both sides of it, compiled and run; "M" marks a boundary between
 * two such releases (named) that is taken from the upstream history.
 * Files: kernel/kexec.c (to 4.2), kernel/kexec_core.c (to 4.12), kernel/crash_core.c (to 6.8), kernel/crash_reserve.c.
 */
import semver from "semver";
import type { Arch } from "./arch.js";

export type Feature =
  /** the architecture reserves crash memory at all */
  | "supported"
  /** `,high` and `,low` are known and skipped by the plain search; behind a plain size stands a blank, the end or `@` */
  | "suffixes"
  /** units T, P and E */
  | "largeUnits"
  /** `,high` and `,low` are acted on */
  | "highLow"
  /** low part for `,high` without `,low` on x86: at least 256M; before, 72M */
  | "low256"
  /** low part for `,high` without `,low` elsewhere: 128M; before, none. A plain size may land above */
  | "low128"
  /** "unrecognized char" names the character */
  | "namesCharacter"
  /** a list that gives nothing logs a line */
  | "zeroLine"
  /** -ENOENT instead of -EINVAL when there is no parameter */
  | "absentIsEnoent"
  /** memory is rounded up to 128M before it is compared with a range list */
  | "rounds128M"
  /** a size of 0 is an error, in the parser that all architectures share */
  | "zeroIsError"
  /** CONFIG_ARCH_HAS_GENERIC_CRASHKERNEL_RESERVATION, with `,high` and `,low` */
  | "generic"
  /** every log text has its prefix */
  | "prefixedTexts"
  /** a size of or above the memory is refused for plain and `,high` as well, not only in a list */
  | "sizeBelowMemory"
  /** `,cma` is known and skipped by the plain search */
  | "cmaSuffix"
  /** `,cma` is acted on */
  | "cma"
  /** a plain size that finds no place low is looked for above as well, on x86 */
  | "plainAbove"
  /** likewise, but below 896M first */
  | "plainInSteps"
  /** the log line of the low part counts up to a limit, not the memory below 4G */
  | "lowLimitText"
  /** an `@offset` that does not work out is logged like a size without a place, on arm64 */
  | "offsetAllocates"
  /** `,high` that finds no place above is looked for below */
  | "highFallsBack"
  /** numbers are held at 64 bits instead of wrapping; a unit without digits is no number */
  | "saturates";

type Since = string | Readonly<Partial<Record<Arch, string>>>;

/** First upstream release with the feature, everywhere or on the architectures named. */
const SINCE: Readonly<Record<Feature, Since>> = {
  supported: {
    x86_64: "2.6.13", // M, with kexec itself, as the next two
    x86: "2.6.13",
    ppc64: "2.6.13",
    s390: "3.2.0", // M
    arm: "2.6.35", // M
    arm64: "4.12.0", // M: 4.4, 4.13
    riscv: "5.13.0", // M: 5.10, 5.14
    loongarch: "6.1.0",
  },
  suffixes: "3.9.0", // M: 3.2, 3.9
  largeUnits: "3.17.0",
  highLow: { x86_64: "3.9.0", x86: "3.9.0", arm64: "5.19.0", riscv: "6.6.0", loongarch: "6.8.0" },
  low256: { x86_64: "4.3.0" }, // M: 3.19, 4.4
  low128: { arm64: "6.2.0", riscv: "6.6.0", loongarch: "6.8.0" },
  namesCharacter: "4.4.0",
  zeroLine: "4.14.0", // M: 4.13, 4.15
  absentIsEnoent: "5.19.0",
  rounds128M: "6.0.0",
  zeroIsError: "6.7.0", // M: 6.6, 6.8
  generic: { x86_64: "6.7.0", x86: "6.7.0", arm64: "6.7.0", riscv: "6.7.0", loongarch: "6.8.0" }, // M: 6.6, 6.8
  prefixedTexts: "6.10.0",
  sizeBelowMemory: "6.12.0",
  cmaSuffix: "6.17.0", // M: 6.14, 6.17
  cma: { x86_64: "6.17.0", x86: "6.17.0", ppc64: "6.19.0" }, // M: 6.14, 6.17
  plainAbove: { x86_64: "5.2.0" }, // M: 4.19, 5.4
  plainInSteps: {}, // a vendor's
  lowLimitText: { x86_64: "5.10.0" }, // M: 5.4, 5.10
  offsetAllocates: { arm64: "5.15.0" }, // M: 5.14, 5.15
  highFallsBack: { arm64: "6.6.0" }, // 6.4, 6.6
  saturates: "7.2.0",
};

/** The upstream releases between which the parsers of many were compiled and run. */
const OLDEST = "3.2.0";
const NEWEST = "7.2.0";

export function outsideOf(version: string): "older" | "newer" | null {
  if (semver.lt(version, OLDEST)) return "older";
  return semver.gte(version, semver.inc(NEWEST, "minor") ?? NEWEST) ? "newer" : null;
}

/** The release itself where it is between those that were examined, the oldest or the newest of them elsewhere. */
export function nearestExamined(version: string): string {
  const outside = outsideOf(version);
  return outside === null ? version : outside === "older" ? OLDEST : NEWEST;
}

/** The upstream release from which on an architecture reserves crash memory: "2.6.13". */
export function supportedSince(arch: Arch): string | null {
  const { supported } = SINCE;
  return (typeof supported === "string" ? supported : supported[arch])?.replace(/\.0$/, "") ?? null;
}

/** The features of an upstream release ("6.1.0") on an architecture, and those a vendor added. */
export function featuresOf(version: string, arch: Arch, plus: readonly Feature[]): ReadonlySet<Feature> {
  const features = new Set<Feature>(plus);
  for (const feature of Object.keys(SINCE) as Feature[]) {
    const since = SINCE[feature];
    const first = typeof since === "string" ? since : since[arch];
    if (first !== undefined && semver.gte(version, first)) features.add(feature);
  }
  return features;
}
