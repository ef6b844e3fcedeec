import type { Profile } from "../distro/profile.js";
import type { Facts, Reason, Step } from "../types.js";
import { NOTHING, objection, type Part, refusal } from "./part.js";
import { isSysv, switchedLinks } from "./sysv.js";

const SYSTEMCTL_SECONDS = 120;
type Action = Extract<Step, { kind: "unit" }>["action"];

/**
 * Switches the unit that loads the capture kernel on. With `install`, a unit whose package is about to come is no
 * reason against the plan: it is made again when the package is there.
 */
export function planUnitOn(facts: Facts, profile: Profile, install: boolean): Part {
  const { unit } = facts.kdump;
  switch (unit.state) {
    case "enabled":
      return NOTHING;
    case "absent":
      if (install && packagesToInstall(facts).length > 0) return NOTHING;
      return { ...NOTHING, reasons: [unitAbsent(facts, profile)] };
    case "masked": {
      const text = `${unit.name} is masked, as baselines that forbid kdump ask for; --force unmasks and enables it`;
      return {
        ...NOTHING,
        steps: [
          unitStep(facts, "unmask", "it was masked"),
          unitStep(facts, "enable", "load the capture kernel at boot"),
        ],
        reasons: [objection("unit-masked", text)],
      };
    }
    case "disabled":
      return {
        ...NOTHING,
        steps: [switchStep(facts, "enable", "load the capture kernel at boot")],
        why: aboutLinks(facts, "starts"),
      };
    default:
      return unit.state satisfies never;
  }
}

/** Packages of the profile that are known not to be installed. */
export function packagesToInstall(facts: Facts): readonly string[] {
  return facts.kdump.packages.filter((one) => one.installed === false).map((one) => one.name);
}

/** Switches it off, and with `mask` so that nothing can start it. */
export function planUnitOff(facts: Facts, mask: boolean): Part {
  const { unit } = facts.kdump;
  const steps: Step[] = [];
  if (mask && isSysv(unit.name)) {
    const text = `--mask: only systemd can mask a service, and ${unit.name} is a SysV script: leave it out`;
    return { ...NOTHING, reasons: [refusal("mask", text)] };
  }
  if (unit.state === "enabled") steps.push(switchStep(facts, "disable", "no capture kernel is to be loaded"));
  if (mask && unit.state !== "masked") steps.push(unitStep(facts, "mask", "nothing is to start it"));
  return { ...NOTHING, steps, why: unit.state === "enabled" ? aboutLinks(facts, "no longer starts") : [] };
}

/** systemctl is among the commands that are shown; links that are made without a program are not. */
function aboutLinks({ kdump }: Facts, what: string): readonly string[] {
  const { name } = kdump.unit;
  return isSysv(name) ? [`/etc/rc2.d to /etc/rc5.d: ${name} ${what} at boot`] : [];
}

function unitAbsent(facts: Facts, profile: Profile): Reason {
  const packages = profile.kdump.packages.join(" ");
  const text = `${facts.kdump.unit.name} is not there: without ${packages} memory would be reserved and no dump saved`;
  return objection(
    "package-missing",
    `${text}; leave out --no-install, or give --no-service if that is what you want`,
  );
}

/** A SysV script is switched by its links: the same with and without a running system, whatever tools are there. */
function switchStep(facts: Facts, action: "enable" | "disable", why: string): Step {
  const { unit } = facts.kdump;
  if (!isSysv(unit.name)) return unitStep(facts, action, why);
  return {
    kind: "unit-links",
    unit: unit.name,
    before: unit.links,
    links: switchedLinks(unit, action === "enable"),
    why,
  };
}

function unitStep(facts: Facts, action: Action, why: string): Step {
  const { unit } = facts.kdump;
  const offline = facts.image ? ["--root=/"] : [];
  return {
    kind: "unit",
    unit: unit.name,
    action,
    command: { argv: ["systemctl", ...offline, action, unit.name], timeoutSeconds: SYSTEMCTL_SECONDS },
    before: unit,
    why,
  };
}
