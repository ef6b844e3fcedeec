/** What is wrong with an `@offset`: its alignment, and that something else may lie there, the kernel itself to begin with. */
import type { Finding } from "./finding.js";
import type { KernelTraits } from "./generation.js";
import type { PlacedAmount } from "./layout.js";
import { formatBytes } from "./size.js";

const MIB = 1n << 20n;

export function checkOffset({ amount, at }: PlacedAmount, traits: KernelTraits | null): Finding[] {
  const offset = amount.bytes;
  if (offset === 0n)
    return [
      { severity: "note", id: "offset-zero", message: "@0 means that the kernel chooses the place", at },
    ];
  const fixed = `the place at ${formatBytes(offset)} is fixed: where it is taken, nothing is reserved; without @ the kernel looks for one`;
  return [
    { severity: "warning", id: "offset-fixed", message: fixed, at },
    ...(offset % (traits?.offsetAlign ?? NEWEST_ALIGN) === 0n
      ? notOnNewer(amount, at, traits)
      : unaligned(amount, at, traits)),
    ...onKernel(offset, at, traits),
  ];
}

/** CRASH_ALIGN of x86 from 6.7 on. */
const NEWEST_ALIGN = 16n * MIB;

type Amount = PlacedAmount["amount"];

/** Kernel texts: "base address is not 2MB aligned" (arm64), "Crash kernel base must be aligned" (ppc64), "memory is in use" (x86, arm). */
function unaligned(amount: Amount, at: number, traits: KernelTraits | null): Finding[] {
  const rule = `@${amount.text} is not a multiple of ${formatBytes(traits?.offsetAlign ?? NEWEST_ALIGN)}`;
  const say = (severity: Finding["severity"], message: string): Finding[] => [
    { severity, id: "offset-unaligned", message: `${rule}${message}`, at },
  ];
  if (traits === null) return say("objection", ", which new kernels ask for");
  if (traits.arch === "s390") return say("objection", ": the kernel rounds it");
  if (traits.arch === "ppc64") return say("objection", ": the kernel rounds it up to a page");
  return say("error", `, so kernel ${traits.label} reserves nothing`);
}

function notOnNewer(amount: Amount, at: number, traits: KernelTraits | null): Finding[] {
  const x86 = traits?.arch === "x86_64" || traits?.arch === "x86";
  if (!x86 || amount.bytes % NEWEST_ALIGN === 0n) return [];
  const message = `@${amount.text} is not a multiple of 16 MiB: kernels from 6.7 on reserve nothing there`;
  return [{ severity: "warning", id: "offset-newer", message, at }];
}

/** No ppc64 kernel that has a capture kernel is smaller. */
const SMALLEST_KERNEL = 8n * MIB;
/** 6.1.0-50-powerpc64le (package version 6.1.176-1) ends at 40.5 MiB: the one LOAD segment of its vmlinux, .bss included. */
const LARGE_KERNEL = 64n * MIB;

/**
 * ppc64 runs at address 0 and says "Crash kernel can not overlap current kernel" (reserve_crashkernel() in
 * arch/powerpc/kexec/core.c; arch_reserve_crashkernel() from 6.17 on), although the kernel's own guide names @32M.
 */
function onKernel(offset: bigint, at: number, traits: KernelTraits | null): Finding[] {
  if (traits?.arch !== "ppc64" || offset >= LARGE_KERNEL) return [];
  const inside = offset < SMALLEST_KERNEL;
  const message = inside
    ? `the kernel itself lies at ${formatBytes(offset)}, so nothing is reserved: on ppc64 it begins at 0`
    : `the kernel itself lies from 0 on, 6.1.0-50-powerpc64le up to 40.5 MiB: where it reaches ${formatBytes(offset)}, nothing is reserved`;
  return [{ severity: inside ? "error" : "objection", id: "offset-on-kernel", message, at }];
}
