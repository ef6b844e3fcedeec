/** A service without systemd: a script in /etc/init.d, and the links in rc?.d that start it. */

import type { LinkFact, UnitFacts } from "../types.js";

/** Profiles name a systemd unit with its ending, and a SysV script by its bare name. */
export function isSysv(unit: string): boolean {
  return !unit.endsWith(".service");
}

const RUN_LEVELS = ["2", "3", "4", "5"];

/**
 * The links as `update-rc.d NAME enable|disable` leaves them: in the run levels 2 to 5 a link SNN becomes KMM with MM
 * = 100 - NN, and back (update-rc.d(8), sysv-rc 2.88). Where there is none at all, those of `update-rc.d NAME defaults`.
 */
export function switchedLinks({ name, links }: UnitFacts, on: boolean): readonly LinkFact[] {
  const started = new Set<string>();
  const switched = links.map((link): LinkFact => {
    const found = /^(\/etc\/(?:rc\.d\/)?rc([2-5])\.d\/)([SK])(\d\d)(.+)$/.exec(link.path);
    if (found === null) return link;
    const [, dir = "", level = "", kind, number = "", rest = ""] = found;
    started.add(level);
    if ((kind === "S") === on) return link;
    const other = String(100 - Number(number))
      .padStart(2, "0")
      .slice(-2);
    return { ...link, path: `${dir}${on ? "S" : "K"}${other}${rest}` };
  });
  if (!on || started.size > 0) return switched;
  const added = RUN_LEVELS.map((level) => ({
    path: `/etc/rc${level}.d/S20${name}`,
    to: `../init.d/${name}`,
  }));
  return [...switched, ...added];
}

/** Loads the capture kernel anew, or takes it out. */
export function serviceCommand(unit: string, action: "restart" | "stop"): readonly [string, string, string] {
  return isSysv(unit) ? ["service", unit, action] : ["systemctl", action, unit];
}

/** What an admin types to have it started now and at each boot. */
export function enableAdvice(unit: string): string {
  return isSysv(unit)
    ? `update-rc.d ${unit} enable && service ${unit} start`
    : `systemctl enable --now ${unit}`;
}
