/**
 * Vendor kernels that carry years of backports under an old number: releases with `.elN` in them, by build number.
 *
 * Read and run: el7 builds 514 and 1160; el8 147, 240, 348, 372, 425, 477; el9 284, 362. A build between two of
 * them is judged like the older one.
 */
import type { Arch } from "./arch.js";
import type { Feature } from "./features.js";

/** What `crashkernel=auto` means, on the kernels that know it. */
export type AutoRule =
  /** 160M and 1/16384 of the rest in whole megabytes, from `from` bytes of memory (rounded up to 128M) on; else nothing */
  | { readonly kind: "formula"; readonly from: bigint }
  /** first step whose `below` (bytes) is above the memory, compared exactly */
  | { readonly kind: "steps"; readonly steps: readonly { readonly below: bigint; readonly size: bigint }[] }
  /** a range list put in the place of the word; another one where `fadump=` is on */
  | { readonly kind: "list"; readonly list: string; readonly fadumpList: string | null };

export interface VendorRules {
  /** "el8.8", or "el8 build 400" for a build that is no minor release's first */
  readonly label: string;
  /** the upstream release it is like, apart from `plus` */
  readonly behavesAs: string;
  readonly plus: readonly Feature[];
  readonly auto: AutoRule | null;
  readonly logPrefix: string;
  readonly examined: boolean;
  /** the build whose rules these are: "el8.8", or "upstream 6.12" where none of the vendor's was examined */
  readonly judgedAs: string;
}

interface Vendor {
  /** the upstream number these kernels carry */
  readonly carries: string;
  /** first build number of each minor release, from .0 on */
  readonly builds: readonly number[];
  readonly seen: readonly number[];
  rules(build: number, arch: Arch): Pick<VendorRules, "behavesAs" | "plus" | "auto" | "logPrefix">;
}

const GIB = 1n << 30n;
const NEVER = 1n << 64n;

const EL8_PPC = "2G-4G:384M,4G-16G:512M,16G-64G:1G,64G-128G:2G,128G-:4G";
const EL8_FADUMP =
  "4G-16G:768M,16G-64G:1G,64G-128G:2G,128G-1T:4G,1T-2T:6G,2T-4T:12G,4T-8T:20G,8T-16T:36G,16T-32T:64G,32T-64T:128G,64T-:180G";

const VENDORS: Readonly<Record<string, Vendor>> = {
  el7: {
    carries: "3.10.0",
    builds: [123, 229, 327, 514, 693, 862, 957, 1062, 1127, 1160],
    seen: [514, 1160],
    rules: (build, arch) => ({
      behavesAs: "3.10.0",
      plus: ["largeUnits", "low256", "plainInSteps"],
      auto: el7Auto(arch),
      logPrefix: build < 693 ? "kexec: " : "",
    }),
  },
  el8: {
    carries: "4.18.0",
    builds: [80, 147, 193, 240, 305, 348, 372, 425, 477, 513, 553],
    seen: [147, 240, 348, 372, 425, 477],
    rules: (build, arch) => ({
      behavesAs: "4.18.0",
      plus: [
        "rounds128M",
        "plainAbove",
        ...(build >= 425 ? (["absentIsEnoent"] as const) : []),
        ...(build >= 425 && arch === "arm64" ? (["highLow", "low128", "offsetAllocates"] as const) : []),
      ],
      auto: el8Auto(build, arch),
      logPrefix: "",
    }),
  },
  el9: {
    carries: "5.14.0",
    builds: [70, 162, 284, 362, 427, 503, 570, 611],
    seen: [284, 362],
    rules: () => ({ behavesAs: "6.2.0", plus: [], auto: null, logPrefix: "" }),
  },
  el10: {
    carries: "6.12.0",
    builds: [55, 124],
    seen: [],
    rules: () => ({ behavesAs: "6.12.0", plus: [], auto: null, logPrefix: "" }),
  },
};

/** kernel/crash_core.c and include/asm-generic/kexec.h of builds 514 and 1160. */
function el7Auto(arch: Arch): AutoRule | null {
  if (arch === "x86_64") return { kind: "formula", from: 2n * GIB };
  if (arch === "s390") return { kind: "formula", from: 4n * GIB };
  if (arch !== "ppc64") return null;
  return {
    kind: "steps",
    steps: [
      { below: 2n * GIB, size: 0n },
      { below: 4n * GIB, size: 384n << 20n },
      { below: 16n * GIB, size: 512n << 20n },
      { below: 64n * GIB, size: GIB },
      { below: 128n * GIB, size: 2n * GIB },
      { below: NEVER, size: 4n * GIB },
    ],
  };
}

/** kernel/crash_core.c, `__parse_crashkernel()`, of the builds seen. */
function el8Auto(build: number, arch: Arch): AutoRule | null {
  const list = (text: string, fadumpList: string | null = null): AutoRule => ({
    kind: "list",
    list: text,
    fadumpList,
  });
  switch (arch) {
    case "x86_64":
      if (build >= 477) return list("1G-4G:192M,4G-64G:256M,64G-:512M");
      if (build >= 240) return list("1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M");
      return list("1G-64G:160M,64G-1T:256M,1T-:512M");
    case "s390":
      if (build >= 477) return list("1G-4G:192M,4G-64G:256M,64G-:512M");
      if (build >= 240) return list("1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M");
      return list("4G-64G:160M,64G-1T:256M,1T-:512M");
    case "arm64":
      return list(build >= 477 ? "2G-:480M" : "2G-:448M");
    case "ppc64":
      return list(EL8_PPC, build >= 305 ? EL8_FADUMP : null);
    default:
      return null;
  }
}

/**
 * The rules for a vendor's release: "el8", "el8.3", "4.18.0-477.27.1.el8_8.x86_64". null: no such release (an upstream
 * one, or one that was built for elN from another source: its number is no vendor's). "unknown": a vendor's
 * release that is not known here.
 */
export function vendorRules(kernel: string, arch: Arch): VendorRules | null | "unknown" {
  const short = /^el(\d{1,2})(?:[._](\d{1,2}))?$/.exec(kernel);
  if (short !== null) {
    const vendor = VENDORS[`el${short[1]}`];
    if (vendor === undefined) return "unknown";
    const newest = vendor.builds.length - 1;
    const minor = short[2] === undefined ? newest : Number(short[2]);
    const build = vendor.builds[Math.min(minor, newest)];
    if (build === undefined) return "unknown";
    return describe(kernel, vendor, build, arch, minor <= newest);
  }
  // behind elN only a minor or a machine may follow: "el8uek" and the like are other kernels
  const full = /^(\d{1,3}\.\d{1,4}\.\d{1,4})-(\d{1,5})\.(?:[0-9A-Za-z_.]*\.)?el(\d{1,2})(?=$|[._+-])/.exec(
    kernel,
  );
  if (full === null) return null;
  const vendor = VENDORS[`el${full[3]}`];
  if (vendor === undefined) return "unknown";
  const build = Number(full[2]);
  if (full[1] !== vendor.carries || build < (vendor.builds[0] ?? 0)) return null;
  return describe(`el${full[3]}`, vendor, build, arch, true);
}

function describe(name: string, vendor: Vendor, build: number, arch: Arch, known: boolean): VendorRules {
  const minor = vendor.builds.indexOf(build);
  const label = name.includes(".") || minor < 0 ? name : `${name}.${minor}`;
  const rules = vendor.rules(build, arch);
  const relative = [...vendor.seen].reverse().find((seen) => seen <= build) ?? vendor.seen[0];
  const judgedAs =
    relative === undefined
      ? upstreamName(rules.behavesAs)
      : `${name.replace(/[._].*/, "")}.${vendor.builds.indexOf(relative)}`;
  return { label, examined: known && vendor.seen.includes(build), judgedAs, ...rules };
}

/** "upstream 4.14" of 4.14.0 */
export function upstreamName(version: string): string {
  return `upstream ${version.replace(/\.0$/, "")}`;
}

/** A vendor's own build under an upstream number, of which none was examined. */
export interface Unexamined {
  /** its relatives know the word, so it may */
  readonly mayKnowAuto: boolean;
}

/** How such builds name their releases. Builds of plain upstream sources (elrepo's, say) are none of them. */
const UNEXAMINED: readonly (Unexamined & { readonly release: RegExp })[] = [
  { release: /\.el\d{1,2}(?:uek|a)(?=$|[._+-])/, mayKnowAuto: true },
  { release: /\.(?:oe|an|al|tl|amzn)\d{1,4}(?=$|[._+-])/, mayKnowAuto: true },
  { release: /^\d+\.\d+\.\d+-[\d.]+-(?:default|rt)$/, mayKnowAuto: false },
  {
    release: /^\d+\.\d+\.\d+-\d+-(?:generic|lowlatency|aws|azure|gcp|gke|ibm|kvm|oem|oracle|raspi)(?:-.*)?$/,
    mayKnowAuto: false,
  },
];

/** Of a release that `vendorRules` knows nothing of: is it a vendor's all the same? null: no. */
export function unexaminedBuild(kernel: string): Unexamined | null {
  return UNEXAMINED.find(({ release }) => release.test(kernel)) ?? null;
}
