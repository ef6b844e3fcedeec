/**
 * Which `crashkernel=` language a kernel speaks, as data.
 *
 * Upstream kernels are gated feature by feature by their number (features.ts); vendor kernels by their own table
 * (vendor.ts) and never by the number they carry.
 */
import semver from "semver";
import { type Arch, commandLineSize, normalizeArch, offsetAlignment } from "./arch.js";
import { type Feature, featuresOf, nearestExamined, outsideOf } from "./features.js";
import type { NumberRules } from "./number.js";
import { type AutoRule, unexaminedBuild, upstreamName, vendorRules } from "./vendor.js";

/** A kernel by its release ("6.12", "6.1.0-56-amd64", "el8.3", "3.10.0-1160.el7.x86_64") and machine (`uname -m`). */
export interface KernelTarget {
  readonly kernel: string;
  readonly arch: string;
}

export type Suffix = ",high" | ",low" | ",cma";

export interface KernelTraits {
  readonly arch: Arch;
  /** for messages: "6.1.0", "el8.8", "el9" */
  readonly label: string;
  /** false: a vendor's build that was not examined, or a release outside of those that were: judged like `judgedAs` */
  readonly examined: boolean;
  /** an upstream release before the oldest or after the newest that was examined; null: neither */
  readonly outside: "older" | "newer" | null;
  /** "el8.8", "upstream 4.14" */
  readonly judgedAs: string;
  /** not examined, and its relatives know `auto`: what it makes of the word cannot be said */
  readonly mayKnowAuto: boolean;
  readonly features: ReadonlySet<Feature>;
  readonly numbers: NumberRules;
  /** suffixes the plain search skips */
  readonly suffixes: readonly Suffix[];
  /** -ENOENT or -EINVAL: what the parser returns when there is no parameter */
  readonly absentRet: -2 | -22;
  /** bytes the memory is rounded up to before a range list is read; 1: exact */
  readonly rounding: bigint;
  /**
   * How `,high` comes in. plain-only: never. if-none: when the plain one is absent, invalid or 0 (x86 to 6.6).
   * if-absent: only without a plain one; an invalid `,low` drops all. generic: likewise, 6.7 on.
   */
  readonly high: "plain-only" | "if-none" | "if-absent" | "generic";
  /** bytes below 4G that go with `,high` when no `,low` says otherwise; null: this architecture has no low part */
  readonly defaultLow: bigint | null;
  readonly auto: AutoRule | null;
  readonly log: LogTexts;
  /** bytes of the command line with its NUL; text past it is cut off silently */
  readonly commandLineSize: number;
  /** bytes an `@offset` has to be a multiple of */
  readonly offsetAlign: bigint;
}

export interface LogTexts {
  /** pr_fmt of the file that the parser was in */
  readonly prefix: string;
  /** no number for the size of a range */
  readonly rangeSize: string;
  /** no number behind the `@` of a range list */
  readonly offset: string;
}

/** Everything that differs for a kernel; null when this is no kernel release, or one, or an architecture, not known here. */
export function kernelTraits(target: KernelTarget): KernelTraits | null {
  if (target.kernel.length > MAX_RELEASE) return null;
  const arch = normalizeArch(target.arch);
  if (arch === null) return null;
  const key = `${arch} ${target.kernel}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const traits = judge(target.kernel, arch);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(key, traits);
  return traits;
}

/** The memory as this kernel compares it with a range list, in bytes. */
export function comparedMemory(ramBytes: bigint, traits: KernelTraits | null): bigint {
  const step = traits?.rounding ?? 1n;
  return ((ramBytes + step - 1n) / step) * step;
}

/** A release is at most 64 characters long (struct utsname); more leaves room for a package's name. */
const MAX_RELEASE = 256;

/** A batch asks for the same few kernels a million times. */
const REMEMBERED = 256;
const remembered = new Map<string, KernelTraits | null>();

function judge(kernel: string, arch: Arch): KernelTraits | null {
  const vendor = vendorRules(kernel, arch);
  if (vendor === "unknown") return null;
  const version = vendor?.behavesAs ?? upstreamVersion(kernel);
  if (version === null) return null;
  const unexamined = vendor === null ? unexaminedBuild(kernel) : null;
  const outside = vendor === null ? outsideOf(version) : null;
  const features = featuresOf(version, arch, vendor?.plus ?? []);
  const has = (feature: Feature): boolean => features.has(feature);
  return {
    arch,
    label: vendor?.label ?? version,
    examined: vendor?.examined ?? (unexamined === null && outside === null),
    outside,
    judgedAs: vendor?.judgedAs ?? upstreamName(nearestExamined(version)),
    mayKnowAuto: unexamined?.mayKnowAuto ?? false,
    features,
    numbers: {
      suffixes: has("largeUnits") ? "KMGTPE" : "KMG",
      overflow: has("saturates") ? "saturates" : "wraps",
      bareSuffix: !has("saturates"),
    },
    suffixes: [
      ...(has("suffixes") ? ([",high", ",low"] as const) : []),
      ...(has("cmaSuffix") ? ([",cma"] as const) : []),
    ],
    absentRet: has("absentIsEnoent") ? -2 : -22,
    rounding: has("rounds128M") ? 128n << 20n : 1n,
    high: highRule(arch, has),
    defaultLow: defaultLow(arch, has),
    auto: vendor?.auto ?? null,
    log: {
      prefix: vendor?.logPrefix ?? upstreamPrefix(version),
      rangeSize: has("prefixedTexts") ? "crashkernel: Memory value expected" : "Memory value expected",
      offset: offsetText(has),
    },
    commandLineSize: commandLineSize(arch, version),
    offsetAlign: offsetAlignment(arch, version, has("generic")),
  };
}

/** "6.1.0-56-amd64" → "6.1.0"; a release candidate counts as its release; null for what is no release. */
function upstreamVersion(kernel: string): string | null {
  const match = /^v?(\d{1,3})\.(\d{1,4})(?:\.(\d{1,4}))?(?:[-+._~][0-9A-Za-z.+_~:-]*)?$/.exec(kernel);
  return match === null ? null : `${Number(match[1])}.${Number(match[2])}.${Number(match[3] ?? 0)}`;
}

type Has = (feature: Feature) => boolean;

function highRule(arch: Arch, has: Has): KernelTraits["high"] {
  if (!has("highLow")) return "plain-only";
  if (has("generic")) return "generic";
  return arch === "x86_64" || arch === "x86" ? "if-none" : "if-absent";
}

/** x86: swiotlb (64M unless told otherwise) and 8M, later at least 256M. */
function defaultLow(arch: Arch, has: Has): bigint | null {
  if (arch === "x86") return null;
  if (arch === "x86_64") return (has("low256") ? 256n : 72n) << 20n;
  return has("low128") ? 128n << 20n : 0n;
}

function upstreamPrefix(version: string): string {
  if (semver.satisfies(version, ">=3.17.0 <4.3.0")) return "kexec: ";
  return semver.satisfies(version, ">=4.3.0 <4.13.0") ? "kexec_core: " : "";
}

/** The misspelling is the kernel's own. */
function offsetText(has: Has): string {
  if (!has("prefixedTexts")) return "Memory value expected after '@'";
  return `${has("cmaSuffix") ? "crashkernel" : "crahskernel"}: Memory value expected after '@'`;
}
