import type { Profile } from "../distro/profile.js";
import type { Facts, Intent, Reason, Shrink } from "../types.js";
import { refusal } from "./part.js";
import { serviceCommand } from "./sysv.js";
import { crashkernelWords } from "./words.js";

const UNLOAD_SECONDS = 300;

export interface PlannedShrink {
  readonly shrink: Shrink | null;
  readonly reasons: readonly Reason[];
  readonly warnings: readonly string[];
}

/**
 * `--now`: what the running kernel holds beyond the wish is given back without a reboot. The kernel takes a smaller
 * number in kexec_crash_size and never a larger one, nothing under a loaded capture kernel, and gives back from the
 * end of the region (kernel/kexec_core.c, crash_shrink_memory, Linux 6.1). A second region, that of `,low`, is only
 * counted and shrunk since Linux 6.5 (commit 16c6006af4d4), so a reservation in several parts is only given back whole.
 */
export function planShrink(facts: Facts, intent: Intent, profile: Profile): PlannedShrink {
  const none = { shrink: null, reasons: [], warnings: [] };
  if (!intent.now) return none;
  if (facts.image) {
    const text = "--now is about the memory of the system that runs, and an image runs none: leave it out";
    return { ...none, reasons: [refusal("now-image", text)] };
  }
  if (facts.reservation.fadump) {
    const text = "--now: what the firmware keeps for fadump comes back with a reboot only: leave it out";
    return { ...none, reasons: [refusal("now-fadump", text)] };
  }
  const standing = facts.reservation.reservedBytes;
  if (standing === null) {
    const text = "--now: the running kernel does not say how much it has reserved (kexec_crash_size)";
    return { ...none, reasons: [refusal("now-unknown", text)] };
  }
  const wished = intent.kind === "disable" ? 0 : intent.reservedBytes;
  if (wished === null) {
    const text =
      "--now: how much is to stay reserved is not known here, so it stays as it is until the reboot";
    return { ...none, warnings: [text] };
  }
  if (standing < wished) {
    const text = "--now: a reservation can only be made smaller at run time; a larger one takes the reboot";
    return { ...none, warnings: [text] };
  }
  if (standing === wished) return none;
  if (wished > 0 && ![...intent.words, ...crashkernelWords(facts.cmdline ?? "")].every(inOnePart)) {
    const text =
      "--now: a reservation of several parts (,high, ,low, ,cma) or at a fixed place stays until the reboot";
    return { ...none, warnings: [text] };
  }
  return { ...none, shrink: shrinkTo(facts, profile, standing, wished) };
}

/** Is that word one size, or a list of ranges, that the kernel may place where it likes? */
export function inOnePart(word: string): boolean {
  return !/[@]|,(high|low|cma)$/.test(word);
}

function shrinkTo(facts: Facts, profile: Profile, fromBytes: number, toBytes: number): Shrink {
  const timeoutSeconds = UNLOAD_SECONDS;
  const { name } = facts.kdump.unit;
  const loaded = facts.reservation.loaded !== false;
  return {
    fromBytes,
    toBytes,
    unload: loaded ? { argv: profile.kdump.unload, timeoutSeconds } : null,
    // a unit that stays active after its work would not be started again
    load: toBytes === 0 ? null : { argv: serviceCommand(name, "restart"), timeoutSeconds },
    stop:
      toBytes === 0 && facts.kdump.unit.present
        ? { argv: serviceCommand(name, "stop"), timeoutSeconds }
        : null,
  };
}
