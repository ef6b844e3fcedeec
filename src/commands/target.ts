import { parseSize } from "../crashkernel/size.js";
import { chooseProfile } from "../distro/choose.js";
import { embeddedProfiles } from "../distro/embedded.js";
import type { Profile } from "../distro/profile.js";
import { RefusedError, UsageError } from "../errors.js";
import { disagreements } from "../facts/agrees.js";
import { collectBase, collectFacts } from "../facts/collect.js";
import type { Machine } from "../machine/machine.js";
import { blockerReason } from "../plan/preflight.js";
import type { BaseFacts, Facts, Reason } from "../types.js";
import type { CommonOptions } from "./request.js";

/** How the system worked on is opened; tests put faults between. */
export type OpenMachine = (root: string) => Machine;

/** The system worked on, and what is known of it. */
export interface Target {
  readonly machine: Machine;
  readonly base: BaseFacts;
  readonly profile: Profile;
  readonly warnings: readonly string[];
  /** free bytes where dumps are to be written to; absent where nobody measured */
  readonly dumpSpace?: number;
  /** looks again: after packages came in, after a change */
  readonly look: () => Facts;
}

type Selection = Pick<CommonOptions, "root" | "ram" | "kernel" | "arch" | "distro">;

/** Throws UsageError for options that name nothing, RefusedError where no profile fits. */
export function openTarget(options: Selection, open: OpenMachine): Target {
  const machine = open(options.root);
  const overrides = overridesOf(options);
  const base = collectBase(machine, overrides);
  const choice = chooseProfile(embeddedProfiles(), base, options.distro, (profile) =>
    disagreements(machine, base, profile),
  );
  if (choice.kind === "refused") {
    // what kind of system it is says more than that nobody wrote a profile for it
    const reasons = base.blockers.filter((one) => one.severity === "refusal").map(blockerReason);
    const profileReason: Reason = { id: "profile", severity: "refusal", text: choice.reason };
    const all = [...reasons, profileReason];
    throw new RefusedError(all.map((reason) => reason.text).join("\n"), { reasons: all });
  }
  const { profile, warnings } = choice;
  const look = () => collectFacts(machine, collectBase(machine, overrides), profile);
  return { machine, base, profile, warnings, look };
}

function overridesOf(options: Selection): {
  ramBytes?: number;
  kernel?: string;
  arch?: string;
  distro?: string;
} {
  const { ram, kernel, arch, distro } = options;
  return {
    ...(ram === undefined ? {} : { ramBytes: ramBytes(ram) }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(arch === undefined ? {} : { arch }),
    ...(distro === undefined ? {} : { distro }),
  };
}

function ramBytes(text: string): number {
  const size = parseSize(text);
  if (size.kind === "error")
    throw new UsageError(`--ram ${JSON.stringify(text)}: ${size.message}`, {
      hint: "write for example --ram 16G",
    });
  return Number(size.bytes);
}
