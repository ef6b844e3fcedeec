import { checkEntries } from "../bootconfig/check-entries.js";
import { formatBytes } from "../crashkernel/size.js";
import { CMDLINE_FILE as CMDLINE, LOADED_FILE, SIZE_FILE } from "../kernel-files.js";
import { isSysv, serviceCommand } from "../plan/sysv.js";
import { entryWords } from "../plan/words.js";
import { isLoaded } from "./capture.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { AS_ROOT, type AuditInput, ON_AN_IMAGE, SYSV } from "./input.js";

const DISABLE = "kdump-setup --disable --mask --yes, then reboot";
const REBOOT = "reboot: it is configured already";

/** The policy of baselines that forbid kdump: nothing reserved, nothing loaded, nothing that could. */
export function offChecks(input: AuditInput): readonly Check[] {
  return [
    service(input),
    inactive(input),
    loaded(input),
    running(input),
    reserved(input),
    configured(input),
    entries(input),
  ];
}

/** Merely disabled is not enough: something else could start it (service_disabled of the SCAP Security Guide). */
function service({ facts }: AuditInput): Check {
  const id = "off.service";
  const { name, state, links } = facts.kdump.unit;
  const seen = {
    actual: state === "absent" ? `there is no ${name}` : `${name} is ${state}`,
    evidence: links[0]?.path ?? `/etc/systemd/system/${name}`,
  };
  if (state === "masked" || state === "absent") return pass(id, seen);
  // no way to mask it: as far off as it goes
  if (isSysv(name) && state === "disabled") return pass(id, seen);
  if (isSysv(name)) return fail(id, { ...seen, fix: "kdump-setup --disable --yes" });
  return fail(id, {
    ...seen,
    fix: `systemctl mask --now ${name}; kdump-setup --disable --mask --yes does it all`,
  });
}

function inactive({ facts, unit }: AuditInput): Check {
  const id = "off.inactive";
  const { name } = facts.kdump.unit;
  if (isSysv(name)) return skipped(id, { reason: SYSV, evidence: `/etc/init.d/${name}` });
  if (unit === null) return skipped(id, { reason: ON_AN_IMAGE, evidence: "systemctl show" });
  const { evidence } = unit;
  if (unit.kind === "unknown") return unknown(id, { reason: unit.why, evidence });
  const seen = { actual: unit.active, evidence };
  if (unit.active === "inactive" || unit.active === "failed") return pass(id, seen);
  return fail(id, { ...seen, fix: serviceCommand(name, "stop").join(" ") });
}

function loaded(input: AuditInput): Check {
  const id = "off.loaded";
  if (input.more.kexec === null) return skipped(id, { reason: ON_AN_IMAGE, evidence: LOADED_FILE });
  const is = isLoaded(input);
  if (is === null) return unknown(id, { reason: `${LOADED_FILE} cannot be read`, evidence: LOADED_FILE });
  const seen = { actual: is ? "loaded" : "not loaded", evidence: LOADED_FILE };
  if (!is) return pass(id, seen);
  return fail(id, {
    ...seen,
    fix: `${input.profile.kdump.unload.join(" ")}, or reboot once the rest passes`,
  });
}

function nothingConfigured({ words }: AuditInput): boolean {
  return words.configured.kind === "known" && words.configured.words.length === 0;
}

function running(input: AuditInput): Check {
  const id = "off.running";
  const { running: words } = input.words;
  if (input.facts.image) return skipped(id, { reason: ON_AN_IMAGE, evidence: CMDLINE });
  if (words === null) return unknown(id, { reason: `${CMDLINE} cannot be read`, evidence: CMDLINE });
  const seen = { actual: words.length === 0 ? "no crashkernel=" : words.join(" "), evidence: CMDLINE };
  if (words.length === 0) return pass(id, seen);
  return fail(id, { ...seen, fix: nothingConfigured(input) ? REBOOT : DISABLE });
}

function reserved(input: AuditInput): Check {
  const id = "off.reserved";
  const { kexec } = input.more;
  if (kexec === null) return skipped(id, { reason: ON_AN_IMAGE, evidence: SIZE_FILE });
  if (kexec.reserved.kind === "hidden")
    return unknown(id, { reason: `${SIZE_FILE} cannot be read`, evidence: SIZE_FILE });
  const bytes = kexec.reserved.kind === "known" ? kexec.reserved.value : 0;
  const seen = { actual: bytes === 0 ? "0 bytes" : formatBytes(bytes), evidence: SIZE_FILE };
  if (bytes === 0) return pass(id, seen);
  return fail(id, { ...seen, fix: nothingConfigured(input) ? REBOOT : DISABLE });
}

function configured({ facts, words }: AuditInput): Check {
  const id = "off.configured";
  const { configured: found } = words;
  if (found.kind === "unknown") return unknown(id, { reason: found.why, evidence: found.path, fix: AS_ROOT });
  const standing = found.words.map(({ word }) => word).join(" ");
  if (standing === entryWords(facts.grub, []).join(" "))
    return pass(id, {
      actual: standing === "" ? "no crashkernel=" : `${standing}: nothing is reserved`,
      evidence: facts.grub.defaults.path,
    });
  const { path, line } = found.words.at(-1) ?? { path: facts.grub.defaults.path, line: 1 };
  return fail(id, {
    actual: standing === "" ? "no crashkernel=" : standing,
    evidence: path,
    place: { path, line },
    fix: DISABLE,
  });
}

function entries({ facts, words }: AuditInput): Check {
  const id = "off.entries";
  const { menu } = words;
  if (menu.kind === "unknown") return unknown(id, { reason: menu.why, evidence: menu.path, fix: AS_ROOT });
  const nothing = entryWords(facts.grub, []);
  const [first] = checkEntries(menu.menu, nothing).filter(({ severity }) => severity === "problem");
  if (first === undefined)
    return pass(id, {
      actual: nothing.length === 0 ? "no crashkernel=" : `${nothing.join(" ")}: nothing is reserved`,
      evidence: menu.path,
    });
  return fail(id, {
    actual: first.text,
    evidence: menu.path,
    place: { path: menu.path, line: first.line ?? 1 },
    fix: DISABLE,
  });
}
