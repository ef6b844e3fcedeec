import { evaluateFiles } from "../edit/evaluate.js";
import type { CaptureImages } from "../facts/audit-facts.js";
import { CMDLINE_FILE, LOADED_FILE } from "../kernel-files.js";
import { planKdump } from "../plan/kdump.js";
import { toSource } from "../plan/part.js";
import { isSysv, serviceCommand } from "../plan/sysv.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { AS_ROOT, type AuditInput, ON_AN_IMAGE } from "./input.js";

/** The kernel that takes over when this one panics. */
export function captureChecks(input: AuditInput): readonly Check[] {
  return [loaded(input), present(input), fresh(input), onPanic(input)];
}

/** null: not known. */
export function isLoaded({ more }: Pick<AuditInput, "more">): boolean | null {
  if (more.kexec === null) return null;
  if (more.kexec.fadump !== null) return more.kexec.fadump.registered;
  const { loaded: flag } = more.kexec;
  return flag.kind === "known" ? flag.value : flag.kind === "absent" ? false : null;
}

function loaded(input: AuditInput): Check {
  const id = "capture.loaded";
  const evidence = LOADED_FILE;
  if (input.more.kexec === null) return skipped(id, { reason: ON_AN_IMAGE, evidence });
  const is = isLoaded(input);
  if (is === null) return unknown(id, { reason: `${evidence} cannot be read`, evidence });
  if (is) return pass(id, { actual: "loaded", evidence });
  const { name } = input.facts.kdump.unit;
  const nothing = input.more.kexec.reserved.kind === "known" && input.more.kexec.reserved.value === 0;
  const misleading = input.unit?.kind === "known" && input.unit.active === "active";
  return fail(id, {
    actual: `not loaded${misleading ? `, although ${name} is active` : ""}`,
    evidence,
    fix: nothing
      ? "first the reservation (crashkernel.reserved)"
      : isSysv(name)
        ? serviceCommand(name, "restart").join(" ")
        : `systemctl restart ${name}, and journalctl -u ${name} where that does not help`,
  });
}

function present({ facts, more }: AuditInput): Check {
  const id = "capture.present";
  const [first] = more.captures;
  if (first === undefined)
    return fail(id, { actual: "no kernel is installed", evidence: "/boot", fix: "install a kernel" });
  if (more.kexec === null)
    return skipped(id, {
      reason: "the capture initrd is made when the unit first starts on the machine",
      evidence: first.initrd.path,
    });
  const { reserved } = more.kexec;
  if (first.initrd.mtimeMs === null && (reserved.kind !== "known" || reserved.value === 0))
    return skipped(id, {
      reason: "the capture initrd is made when the unit first finds a reservation (crashkernel.reserved)",
      evidence: first.initrd.path,
    });
  const missing = more.captures.filter(({ running }) => running).flatMap(missingParts);
  const [gone] = missing;
  if (gone !== undefined)
    return fail(id, {
      actual: `${missing.join(", ")} not there`,
      evidence: gone,
      fix: `${serviceCommand(facts.kdump.unit.name, "restart").join(" ")} makes the capture initrd anew`,
    });
  const later = more.captures.filter(({ running, initrd }) => !running && initrd.mtimeMs === null);
  const note = later.map(({ release }) => `; the one of ${release} is made when it first boots`).join("");
  return pass(id, { actual: `${first.initrd.path} is there${note}`, evidence: first.initrd.path });
}

function missingParts({ release, kernel, initrd }: CaptureImages): readonly string[] {
  return [
    ...(kernel === null || kernel.mtimeMs === null ? [kernel?.path ?? `a kernel image of ${release}`] : []),
    ...(initrd.mtimeMs === null ? [initrd.path] : []),
  ];
}

function fresh({ facts, more }: AuditInput): Check {
  const id = "capture.fresh";
  const both = more.captures.flatMap(({ kernel, initrd }) =>
    kernel === null || kernel.mtimeMs === null || initrd.mtimeMs === null
      ? []
      : [{ kernel: kernel.path, made: kernel.mtimeMs, initrd: initrd.path, packed: initrd.mtimeMs }],
  );
  const evidence = more.captures[0]?.initrd.path ?? "/boot";
  if (both.length === 0) return skipped(id, { reason: "there is none yet (capture.present)", evidence });
  const old = both.find(({ made, packed }) => packed < made);
  if (old === undefined) return pass(id, { actual: "newer than its kernel", evidence });
  return fail(id, {
    actual: `${old.initrd} is older than ${old.kernel}`,
    evidence: old.initrd,
    fix: `remove ${old.initrd} and restart ${facts.kdump.unit.name}, which makes it anew`,
  });
}

/**
 * Measured: a capture kernel that runs out of memory panics, and with panic=0 the machine then hangs for ever. It is
 * given the running command line and the settings' arguments.
 */
function onPanic({ facts, profile, more }: AuditInput): Check {
  const id = "capture.panic";
  const { file, variable, onPanic: wanted } = profile.kdump.captureArguments;
  const own = /(?:^|\s)panic=(-?\d+)(?=\s|$)(?!.*\spanic=)/.exec(facts.cmdline ?? "")?.[1];
  if (own !== undefined && Number(own) !== 0 && more.kexec !== null)
    return pass(id, { actual: `panic=${own} of the running command line`, evidence: CMDLINE_FILE });
  const settings = facts.kdump.files.find(({ path }) => path === file);
  if (settings === undefined || settings.state.kind === "absent")
    return skipped(id, { reason: `there is no ${file} (service.package)`, evidence: file });
  const written = evaluateFiles(toSource(settings), { shell: profile.boot.shell }).place(variable);
  const planned = planKdump(facts, profile, { arm: true, settings: [] });
  const [doubt] = planned.reasons;
  if (doubt !== undefined) return unknown(id, { reason: doubt.text, evidence: file, fix: AS_ROOT });
  if (!planned.captureArgumentsChange)
    return pass(id, { actual: `${variable} has a panic=`, evidence: file });
  return fail(id, {
    actual: `${variable} has no panic=: the kernel's default is to hang`,
    evidence: file,
    place: written ?? { path: file, line: 1 },
    fix: `add ${wanted} to ${variable} in ${file}; kdump-setup --crashkernel VALUE --yes does`,
  });
}
