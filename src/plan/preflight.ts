import type { Profile } from "../distro/profile.js";
import { evaluateFiles } from "../edit/evaluate.js";
import type { Blocker, Facts, Intent, Reason } from "../types.js";
import { objection, refusal, toSource } from "./part.js";
import { isSysv } from "./sysv.js";

/** What speaks against changing, judging and crashing anything here: this is no machine with a kernel of its own. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(["container", "wsl", "chroot"]);

/** Of what stands in the way, what says that this is not the machine it seems to be. */
export function noMachineOfItsOwn(blockers: readonly Blocker[]): readonly Blocker[] {
  return blockers.filter(({ id }) => NOT_ITS_OWN.has(id));
}

/**
 * Reasons not to touch this system, whatever is wished; what only keeps a dump from being captured (facts/kexec.ts)
 * speaks against a reservation, and not against taking one out; how the system boots says nothing about its dumps.
 */
export function preflight(
  facts: Facts,
  profile: Profile,
  options: { readonly writes: boolean; readonly kind: Intent["kind"] },
): readonly Reason[] {
  const boots = options.kind !== "settings";
  const reserves = options.kind === "reserve";
  const counting = boots
    ? facts.blockers.filter(({ id }) => reserves || !id.startsWith("kexec-"))
    : noMachineOfItsOwn(facts.blockers);
  const reasons: Reason[] = counting.map(blockerReason);
  if (options.writes && !facts.effectiveRoot) {
    reasons.push(refusal("not-root", "changing the boot configuration needs root: run it with sudo"));
  }
  if (boots && facts.grub.usesBls && !profile.boot.bls) {
    const text = "the boot menu comes from BLS entries here, which this profile does not know how to change";
    reasons.push(refusal("bls", `${text}; use grubby --update-kernel=ALL --args=crashkernel=…`));
  }
  const init = isSysv(profile.kdump.unit) ? "upstart" : "systemd";
  if (facts.init !== init) {
    reasons.push(
      refusal("init", `the init system here is ${facts.init}; only ${init} is supported for this release`),
    );
  }
  if (boots && facts.image && osProberOn(facts, profile)) {
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
