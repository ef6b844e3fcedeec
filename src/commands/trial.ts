import { type JournalRecord, LOCK_FILE, saveRecord } from "../apply/journal.js";
import { ofTheBoot, readTrial, saveTrialResult, type TrialResult } from "../apply/trial.js";
import { EXIT, RefusedError, StepFailed } from "../errors.js";
import { TRIAL_UNIT } from "../facts/trial.js";
import { judgeTrialBoot, type TrialBoot } from "../facts/trial-boot.js";
import { openMachine } from "../machine/host.js";
import type { Output } from "../ui/output.js";
import { showWarnings } from "../ui/show.js";
import { trialLines } from "../ui/trial.js";
import { interruptible } from "./interrupt.js";
import { JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { CommonOptions, SetupRequest, TrialRequest } from "./request.js";
import { carryBack, planFor } from "./rollback.js";
import { NEEDS_ROOT, setup } from "./setup.js";
import { openTarget, type Target } from "./target.js";
import { trialDocument } from "./trial-document.js";

/** How a trial stands; with --finish what came up is judged, and the change made or the trial taken back. */
export async function trial(request: TrialRequest, output: Output): Promise<Outcome> {
  const target = openTarget(request, openMachine);
  const standing = readTrial(target.machine);
  const { armed } = standing;
  const boot = armed === null ? null : judgeTrialBoot(target.base, armed.bootId);
  if (armed === null || boot === null || boot.kind === "to-come" || !request.finish) {
    for (const line of trialLines(standing, boot)) output.result(line);
    return { exit: EXIT.ok, document: document(standing, boot) };
  }
  if (!target.base.effectiveRoot) throw new RefusedError(NEEDS_ROOT);
  return boot.kind === "came-up"
    ? keep(request, output, target, armed, boot)
    : giveUp(request, output, target, armed, boot.why);
}

/** The change is made first: wherever this is cut off, the next boot either tries nothing or finds it made. */
async function keep(
  request: TrialRequest,
  output: Output,
  target: Target,
  armed: JournalRecord,
  boot: TrialBoot & { readonly kind: "came-up" },
): Promise<Outcome> {
  const made = await setup(keeping(request, armed.words), output);
  if (made.exit !== EXIT.ok)
    return giveUp(request, output, target, armed, `${boot.why}, but the change could not be made`);
  const result = resultOf(armed, true, boot.why);
  await end(request, output, target, ofTheBoot(armed, TRIAL_UNIT, bootPaths(armed)), result);
  output.result(`Kept: ${boot.why}.`);
  return { exit: EXIT.ok, document: document({ armed: null, last: result }, null) };
}

async function giveUp(
  request: TrialRequest,
  output: Output,
  target: Target,
  armed: JournalRecord,
  why: string,
): Promise<Outcome> {
  const result = resultOf(armed, false, why);
  await end(request, output, target, armed, result);
  output.error(`Not kept: ${why}. What boots by default is what it was.`);
  const error = { message: why, exitCode: EXIT.rolledBack };
  return {
    exit: EXIT.rolledBack,
    document: { ...document({ armed: null, last: result }, null), error },
  };
}

/** Takes back what `record` names, and writes down how it ended; throws StepFailed where that cannot be. */
async function end(
  request: TrialRequest,
  output: Output,
  target: Target,
  record: JournalRecord,
  result: TrialResult,
): Promise<void> {
  const { machine } = target;
  await interruptible(async (signal) => {
    const lock = await machine.lock(LOCK_FILE, request.lockTimeout ?? 0, signal);
    try {
      await saveTrialResult(machine, result);
      const { planned } = planFor({ regenerate: true }, target, record);
      if (planned.kind !== "plan")
        throw new StepFailed(`what --try set up was changed by somebody else since (run ${record.id})`, {
          hint: `kdump-setup rollback ${record.id} shows it`,
        });
      const applied = await carryBack(output, target, record, {
        plan: planned.plan,
        // of a file that somebody else changed only our part goes, so it is not what it was before
        confirm: () => [],
        signal,
      });
      showWarnings(output, applied.warnings);
      if (applied.kind !== "applied") throw applied.error;
      await closed(target, record.id);
    } finally {
      lock.release();
    }
  });
}

/** The whole record, of which only a part may have been taken back. */
async function closed({ machine }: Target, id: string): Promise<void> {
  const whole = readTrial(machine).armed;
  if (whole?.id === id) await saveRecord(machine, { ...whole, state: "taken-back" });
}

function bootPaths(record: JournalRecord): readonly string[] {
  return record.steps.flatMap((step) =>
    step.kind === "file" && /\/(custom\.cfg|kdump-setup-trial\.service)$/.test(step.path) ? [step.path] : [],
  );
}

function resultOf(armed: JournalRecord, kept: boolean, why: string): TrialResult {
  return { run: armed.id, words: armed.words, kept, why, at: new Date().toISOString() };
}

/** The boot on trial is the proof, so no objection stands against it any more. */
function keeping(request: CommonOptions, words: readonly string[]): SetupRequest {
  return {
    ...request,
    command: "setup",
    crashkernel: words.map((word) => word.replace(/^crashkernel=/, "")).join(" "),
    trial: "keep",
    watch: null,
    disable: false,
    dump: null,
    mask: false,
    now: false,
    dryRun: false,
    exitCode: false,
    yes: true,
    force: true,
    install: false,
    regenerate: true,
    service: true,
    diff: true,
    reboot: false,
  };
}

function document(...about: Parameters<typeof trialDocument>): Readonly<Record<string, unknown>> {
  return { schema: JSON_SCHEMA, command: "trial", ...trialDocument(...about) };
}
