import { LOADED_FILE, LOCKDOWN_FILE } from "../kernel-files.js";
import { isLoaded } from "./capture.js";
import { type Check, type FilePlace, fail, pass, skipped, unknown } from "./check.js";
import { type AuditInput, ON_AN_IMAGE } from "./input.js";

/** What keeps a kernel from being loaded at all. */
export function kexecChecks(input: AuditInput): readonly Check[] {
  return [allowed(input), lockdown(input)];
}

function allowed({ facts, more }: AuditInput): Check {
  const id = "kexec.allowed";
  const blocker = facts.blockers.find((one) => one.id.startsWith("kexec-"));
  if (blocker !== undefined)
    return fail(id, {
      actual: blocker.text,
      evidence: blocker.evidence.replace(/:\d+$/, ""),
      place: placeIn(blocker.evidence),
      fix: "take out what forbids it (a hardening baseline, most often) and reboot; or audit with --policy disabled",
    });
  if (more.kexec?.loaded.kind === "absent" && more.kexec.fadump === null)
    return fail(id, {
      actual: "this kernel has no kexec: it is not built in",
      evidence: LOADED_FILE,
      fix: "boot a kernel that is built with CONFIG_KEXEC and CONFIG_CRASH_DUMP",
    });
  return pass(id, { actual: "nothing forbids it", evidence: "/proc/sys/kernel/kexec_load_disabled" });
}

function placeIn(evidence: string): FilePlace | null {
  const found = /^(\/.*):(\d+)$/.exec(evidence);
  return found?.[1] === undefined ? null : { path: found[1], line: Number(found[2]) };
}

/** Lockdown lets only a signed image be loaded, by kexec_file_load (security/lockdown, Linux 5.4 and newer). */
function lockdown(input: AuditInput): Check {
  const id = "kexec.lockdown";
  const evidence = LOCKDOWN_FILE;
  const { kexec } = input.more;
  if (kexec === null) return skipped(id, { reason: ON_AN_IMAGE, evidence });
  if (kexec.lockdown === null || kexec.lockdown === "none")
    return pass(id, { actual: kexec.lockdown ?? "this kernel tells of none", evidence });
  if (isLoaded(input) === true)
    return pass(id, { actual: `${kexec.lockdown}, and a capture kernel is loaded`, evidence });
  const reserved = kexec.reserved.kind === "known" && kexec.reserved.value > 0;
  if (!reserved)
    return unknown(id, { reason: `${kexec.lockdown}, and nothing is reserved to load into`, evidence });
  return fail(id, {
    actual: `${kexec.lockdown}, memory is reserved, and no capture kernel is loaded`,
    evidence,
    fix: "use a signed kernel, and let it be loaded with kexec -s",
  });
}
