/**
 * Whether a size that was asked for by name can hold the capture kernel. Measured on the project's bench of virtual
 * machines (test/vm/measured-sizes.json): below what the kernel and its initrd take before it runs nothing is loaded, and
 * between that and what it needs while it unpacks the initrd it panics for want of memory and saves no dump.
 */
import type { Finding } from "../crashkernel/finding.js";
import { mib } from "./estimators.js";
import type { SizingInput } from "./input.js";
import { estimateNeed, neededAt } from "./need.js";

/**
 * `bytes`: what the kernel will reserve. An objection where it cannot be loaded, by what was read; a warning where it
 * may not be enough, by an estimate; null: nothing is known against it.
 */
export function shortage(bytes: number, about: Pick<SizingInput, "parts" | "machine">): Finding | null {
  if (bytes === 0) return null; // said in words of its own: the expression matches nothing here
  const { kernelInit, captureInitrd } = about.parts;
  const loaded = (kernelInit?.bytes ?? 0) + (captureInitrd?.bytes ?? 0);
  if (kernelInit !== null && bytes < loaded) {
    const initrd = captureInitrd === null ? "" : ` and its initrd ${mib(captureInitrd.bytes)}`;
    return {
      id: "too-small-to-load",
      severity: "objection",
      message: `${mib(bytes)} cannot hold the capture kernel, which takes ${mib(kernelInit.bytes)} (${kernelInit.source})${initrd}: nothing would be loaded and no dump saved; --crashkernel auto gives a size that is enough`,
      at: null,
    };
  }
  const need = estimateNeed(about);
  if (need === null) return null;
  const needed = neededAt(need, about.machine.ramBytes);
  if (bytes >= needed) return null;
  return {
    id: "too-small",
    severity: "warning",
    message: `${mib(bytes)} may be too little: the capture kernel is ${need.read ? "estimated" : "guessed"} to need ${mib(needed)} here (kdump-setup explain auto shows how), and one that runs out of memory saves no dump`,
    at: null,
  };
}
