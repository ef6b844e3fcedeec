import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import type { Blocker, Facts, Reason } from "../types.js";
import { objection, refusal, toSource } from "./part.js";

/**
 * Reasons not to touch this system, whatever is wished; what only keeps a dump from being captured (facts/kexec.ts)
 * speaks against a reservation, and not against taking one out.
 */
export function preflight(
  facts: Facts,
  profile: Profile,
  options: { readonly writes: boolean; readonly kind: "reserve" | "disable" },
): readonly Reason[] {
  const counts = ({ id }: Blocker) => options.kind === "reserve" || !id.startsWith("kexec-");
  const reasons: Reason[] = facts.blockers.filter(counts).map(blockerReason);
  if (options.writes && !facts.effectiveRoot) {
    reasons.push(refusal("not-root", "changing the boot configuration needs root: run it with sudo"));
  }
  if (facts.grub.usesBls && !profile.boot.bls) {
    const text = "the boot menu comes from BLS entries here, which this profile does not know how to change";
    reasons.push(refusal("bls", `${text}; use grubby --update-kernel=ALL --args=crashkernel=…`));
  }
  if (facts.init !== "systemd") {
    reasons.push(
      refusal("init", `the init system here is ${facts.init}; only systemd is supported for this release`),
    );
  }
  if (facts.image && osProberOn(facts, profile)) {
    const text =
      "GRUB_DISABLE_OS_PROBER=false in an image would list the build host's systems in its boot menu";
    reasons.push(objection("os-prober", `${text}; set it to true in ${profile.boot.defaults}`));
  }
  return reasons;
}

export function blockerReason({ id, severity, text, evidence }: Blocker): Reason {
  return { id, severity, text: `${text} (${evidence})` };
}

function osProberOn(facts: Facts, profile: Profile): boolean {
  const files = [facts.grub.defaults, ...facts.grub.dropIns];
  const sources = files.flatMap(toSource);
  const value = evaluateFiles(sources, { shell: profile.boot.shell }).values("GRUB_DISABLE_OS_PROBER");
  return value.kind === "known" && value.text !== "true" && value.text !== "";
}
