import type { Profile } from "../distro/profile.js";
import type { Facts, Intent, Plan, Planned, Reason, Step } from "../types.js";
import { type DumpSettingsPlan, NO_SETTINGS } from "./dump-part.js";
import { planDumpSettings } from "./dump-settings.js";
import { planGrub } from "./grub.js";
import { planKdump } from "./kdump.js";
import { planPanicOff, planPanicTriggers } from "./panic-triggers.js";
import { NOTHING, type Part } from "./part.js";
import { preflight } from "./preflight.js";
import { inOnePart, planShrink } from "./shrink.js";
import { serviceCommand } from "./sysv.js";
import { planTrial } from "./trial.js";
import { planUnitOff, planUnitOn } from "./unit.js";
import { planUpdater } from "./updater.js";
import { planWatchOff, planWatchOn } from "./watch.js";
import { crashkernelWords, entryWords } from "./words.js";

const GIVEN_BACK = "--now: reserved memory that is not wanted goes back to the running system at once";
const RUNTIME_SECONDS = 300;

/**
 * What has to be done so that the system is as wished, as a pure function of facts, wish and profile. `steps: []`
 * means it is. Refused: every reason at once.
 */
export function assemblePlan(
  facts: Facts,
  intent: Intent,
  profile: Profile,
  options: { writes: boolean },
): Planned {
  const reasons: Reason[] = [
    ...preflight(facts, profile, { ...options, kind: intent.kind }),
    ...intent.objections,
  ];
  const boot = intent.kind === "settings" ? null : bootPart(facts, intent, profile);
  const parts: Part[] = boot === null ? [] : [boot];
  // told before the trial has come out well, it would put the value into the sources by itself
  const updater = boot?.trial === true ? NO_SETTINGS : planUpdater(facts, profile, intent);
  if (intent.kind === "disable") {
    parts.push(
      { ...NOTHING, reasons: updater.reasons },
      planKdump(facts, profile, { arm: false, settings: updater.settings }),
    );
    if (intent.service) parts.push(planUnitOff(facts, intent.mask));
    parts.push(planPanicOff(facts));
  } else parts.push(...armingParts(facts, intent, profile, updater));

  const { shrink, ...now } = planShrink(facts, intent, profile);
  if (intent.watch !== null)
    parts.push(
      intent.watch.on
        ? planWatchOn(facts, profile, intent.watch.facts)
        : planWatchOff(facts, intent.watch.facts),
    );
  for (const part of [...parts, now]) reasons.push(...part.reasons);
  const warnings = [...intent.warnings, ...[...parts, now].flatMap((part) => part.warnings)];
  const standing = reasons.filter((reason) => reason.severity === "refusal" || !intent.force);
  const overridden = reasons
    .filter((reason) => !standing.includes(reason))
    .map((reason) => `forced: ${reason.text}`);
  const [first, ...rest] = standing;
  if (first !== undefined) return { kind: "refused", reasons: [first, ...rest], warnings };

  const plan: Plan = {
    steps: parts.flatMap((part) => part.steps),
    ...(shrink === null ? {} : { shrink }),
    ...(boot?.trial === true ? { trial: true as const } : {}),
    reboot: shrink === null && rebootNeeded(facts, intent, parts) ? "needed" : "not-needed",
    warnings: [...overridden, ...warnings],
    why: [...parts.flatMap((part) => part.why), ...(shrink === null ? [] : [GIVEN_BACK])],
  };
  return { kind: "plan", plan };
}

/** With --try a change of GRUB's sources has to be possible, and is not made yet. */
function bootPart(facts: Facts, intent: Intent, profile: Profile): Part & { readonly trial?: true } {
  const grub = planGrub(facts, profile, intent);
  if (intent.trial === null || grub.steps.length === 0) return grub;
  const trial = planTrial(facts, profile, intent.trial, intent.words);
  return {
    steps: trial.steps,
    reasons: [...grub.reasons, ...trial.reasons],
    warnings: [...grub.warnings, ...trial.warnings],
    why: trial.why,
    trial: true,
  };
}

function armingParts(
  facts: Facts,
  intent: Intent,
  profile: Profile,
  updater: DumpSettingsPlan,
): readonly Part[] {
  const arm = intent.kind === "reserve" && intent.service;
  const dump = planDumpSettings(facts, profile, intent);
  const kdump = planKdump(facts, profile, { arm, settings: [...updater.settings, ...dump.settings] });
  const parts: Part[] = [
    { ...NOTHING, reasons: [...updater.reasons, ...dump.reasons], warnings: dump.warnings },
    kdump,
    readLater(facts, profile, dump.settings.length),
    arm ? planUnitOn(facts, profile, intent.install) : NOTHING,
    panicPart(facts, intent, profile),
  ];
  const rebuilt = dump.settings.length > 0 && profile.kdump.settings.takesEffect === "load";
  if (!intent.service) return rebuilt ? [...parts, notReloaded(facts, profile)] : parts;
  const why = [
    ...(kdump.captureArgumentsChange ? ["the new arguments"] : []),
    ...(rebuilt ? ["the new settings, built into its initrd"] : []),
  ];
  return [...parts, planRuntime(facts, intent, profile, why.join(" and "))];
}

/** Why a loaded capture kernel is left alone: it boots this root and reads the file when there is a dump to save. */
function readLater(facts: Facts, profile: Profile, settings: number): Part {
  const { file, takesEffect } = profile.kdump.settings;
  if (settings === 0 || takesEffect === "load" || facts.reservation.loaded !== true) return NOTHING;
  return {
    ...NOTHING,
    why: [`${file}: read when a dump is saved, so the capture kernel stays loaded as it is`],
  };
}

function notReloaded(facts: Facts, profile: Profile): Part {
  if (facts.reservation.loaded !== true) return NOTHING;
  const text = `the loaded capture kernel keeps the old settings (--no-service) until ${profile.kdump.reload.join(" ")}`;
  return { ...NOTHING, warnings: [text] };
}

function panicPart(facts: Facts, intent: Intent, profile: Profile): Part {
  const wished = intent.dump?.wishes.panicOn ?? null;
  if (intent.dump === null || wished === null) return NOTHING;
  return planPanicTriggers(facts, profile, wished, intent.dump.facts.sysctls);
}

/**
 * A loaded capture kernel keeps the arguments and the initrd it was loaded with, `takes` says which of them change
 * (""); one that is reserved for and not loaded is loaded.
 */
function planRuntime(facts: Facts, intent: Intent, profile: Profile, takes: string): Part {
  const { loaded, reservedBytes } = facts.reservation;
  if (facts.image || reservedBytes === null || reservedBytes === 0) return NOTHING;
  const { reload } = profile.kdump;
  if (loaded === true && takes !== "") {
    return {
      ...NOTHING,
      steps: [runtime(reload, reload, `the loaded capture kernel takes ${takes}`)],
    };
  }
  if (loaded === false && intent.kind === "reserve" && runsAsWished(facts, intent)) {
    const start: Step = runtime(
      serviceCommand(facts.kdump.unit.name, "restart"),
      null,
      "the reservation is there: load the capture kernel",
    );
    return { ...NOTHING, steps: [start] };
  }
  return NOTHING;
}

function runtime(
  argv: readonly [string, ...string[]],
  undo: readonly [string, ...string[]] | null,
  why: string,
): Step {
  return {
    kind: "runtime",
    command: { argv, timeoutSeconds: RUNTIME_SECONDS },
    undo: undo === null ? null : { argv: undo, timeoutSeconds: RUNTIME_SECONDS },
    why,
  };
}

function runsAsWished(facts: Facts, intent: Intent): boolean {
  if (facts.cmdline === null) return false;
  return crashkernelWords(facts.cmdline).join(" ") === entryWords(facts.grub, intent.words).join(" ");
}

/** On an image there is no running command line to compare with: a change takes effect when it boots. */
function rebootNeeded(facts: Facts, intent: Intent, parts: readonly Part[]): boolean {
  if (intent.kind === "settings") return false;
  if (facts.cmdline === null) return parts.some((part) => part.steps.length > 0);
  return !runsAsWished(facts, intent) && !reservesAsWished(facts, intent);
}

/** Another expression runs, but it came to what is wished, or was shrunk to it (--now). */
function reservesAsWished(facts: Facts, intent: Intent): boolean {
  const { reservedBytes } = facts.reservation;
  if (intent.kind === "disable") return reservedBytes === 0;
  if (reservedBytes === null || reservedBytes === 0 || reservedBytes !== intent.reservedBytes) return false;
  return [...intent.words, ...crashkernelWords(facts.cmdline ?? "")].every(inOnePart);
}
