import { evaluateFiles } from "../edit/evaluate.js";
import { toSource, unreadable } from "../plan/part.js";
import { enableAdvice, isSysv } from "../plan/sysv.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { AS_ROOT, type AuditInput, ON_AN_IMAGE, SYSV } from "./input.js";

/** What loads the capture kernel at boot. That it is active says nothing of a capture kernel being loaded. */
export function serviceChecks(input: AuditInput): readonly Check[] {
  return [packages(input), enabled(input), onSwitch(input), active(input)];
}

function packages({ facts, profile }: AuditInput): Check {
  const id = "service.package";
  const evidence = "the package database";
  const { packages: all } = facts.kdump;
  const missing = all.filter(({ installed }) => installed === false).map(({ name }) => name);
  if (missing.length > 0) {
    const argv = profile.kdump.install.command
      .filter((word) => !word.includes("{lockTimeout}"))
      .flatMap((word) => (word === "{packages}" ? missing : [word]));
    const plain = `${argv[0]} install ${missing.join(" ")}`;
    return fail(id, {
      actual: `${missing.join(", ")} not installed`,
      evidence,
      fix: `${plain}; kdump-setup --crashkernel auto --yes does it all`,
    });
  }
  if (all.some(({ installed }) => installed === null))
    return unknown(id, { reason: "no package database could be read", evidence });
  return pass(id, { actual: all.map(({ name }) => name).join(", "), evidence });
}

function enabled({ facts }: AuditInput): Check {
  const id = "service.enabled";
  const { name, state, links } = facts.kdump.unit;
  const evidence = links[0]?.path ?? `/etc/systemd/system/${name}`;
  const seen = { actual: `${name} is ${state}`, evidence };
  switch (state) {
    case "enabled":
      return pass(id, seen);
    case "masked":
      return fail(id, { ...seen, fix: `systemctl unmask ${name} && systemctl enable --now ${name}` });
    case "disabled":
      return fail(id, { ...seen, fix: enableAdvice(name) });
    case "absent":
      return fail(id, {
        ...seen,
        actual: `there is no ${name}`,
        fix: "install the package (service.package)",
      });
    default:
      return state satisfies never;
  }
}

function onSwitch({ facts, profile }: AuditInput): Check {
  const id = "service.switch";
  const { enable } = profile.kdump;
  if (enable === null)
    return skipped(id, { reason: "there is no switch beside the unit", evidence: profile.kdump.unit });
  const file = facts.kdump.files.find(({ path }) => path === enable.file);
  const evidence = enable.file;
  if (file === undefined || file.state.kind === "absent")
    return skipped(id, { reason: `there is no ${evidence} (service.package)`, evidence });
  const broken = unreadable(file);
  if (broken !== null) return unknown(id, { reason: broken, evidence, fix: AS_ROOT });
  const evaluation = evaluateFiles(toSource(file), { shell: profile.boot.shell });
  const value = evaluation.values(enable.variable);
  if (value.kind === "unknown")
    return unknown(id, {
      reason: `line ${value.line}: ${value.why}`,
      evidence,
      fix: `write ${enable.variable}=${enable.on} there`,
    });
  const is = value.kind === "known" ? value.text : "not set";
  const seen = {
    expected: `${enable.variable}=${enable.on}`,
    actual: `${enable.variable} is ${is === "" ? "empty" : is}`,
    evidence,
    place: evaluation.place(enable.variable) ?? { path: evidence, line: 1 },
  };
  if (is === enable.on) return pass(id, seen);
  return fail(id, { ...seen, fix: `set ${enable.variable}=${enable.on} in ${evidence}` });
}

function active({ facts, unit }: AuditInput): Check {
  const id = "service.active";
  const { name } = facts.kdump.unit;
  if (isSysv(name)) return skipped(id, { reason: SYSV, evidence: `/etc/init.d/${name}` });
  if (unit === null) return skipped(id, { reason: ON_AN_IMAGE, evidence: "systemctl show" });
  const { evidence } = unit;
  if (unit.kind === "unknown") return unknown(id, { reason: unit.why, evidence });
  if (unit.active === "active" || unit.active === "reloading")
    return pass(id, { actual: unit.active, evidence });
  if (unit.active === "activating")
    return unknown(id, { reason: "it is being started right now", evidence, fix: "look again in a minute" });
  const result = unit.result === "" || unit.result === "success" ? "" : `, result ${unit.result}`;
  return fail(id, {
    actual: `${unit.active}${result}`,
    evidence,
    fix: `systemctl status ${name} and journalctl -u ${name} say why; systemctl start ${name}`,
  });
}
