import { type Applied, apply, type RanCommand } from "../apply/apply.js";
import { LOCK_FILE, readJournal } from "../apply/journal.js";
import { removeLeftovers } from "../apply/leftovers.js";
import { shrinkReservation } from "../apply/shrink.js";
import { readTrial } from "../apply/trial.js";
import type { FileDiff } from "../diff/unified.js";
import { EXIT, RefusedError } from "../errors.js";
import { openMachine } from "../machine/host.js";
import { openReader } from "../machine/reader.js";
import { changesNothing, plannedCommands } from "../plan/commands.js";
import type { Facts, Plan, Planned } from "../types.js";
import { type Confirm, canAsk, confirm } from "../ui/ask.js";
import type { Output } from "../ui/output.js";
import { showStep } from "../ui/show.js";
import { judgeCandidate } from "../verify/candidate.js";
import { rootProofOf } from "../verify/root-proof.js";
import { withDumpSpace } from "./dump-space.js";
import { installPhase, missingPackages } from "./install.js";
import { interruptible } from "./interrupt.js";
import { appliedOutcome, type Outcome, outcome, refusedOutcome } from "./outcome.js";
import { previewProblems } from "./preview.js";
import { reboot } from "./reboot.js";
import type { SetupRequest } from "./request.js";
import { type OpenMachine, openTarget, type Target } from "./target.js";
import { present, type Thought, think } from "./think.js";
import { currentUser } from "./user.js";
import { VERSION } from "./version.js";
import { checkExpression } from "./wish.js";

export const NEEDS_ROOT = "changing the boot configuration needs root: run it with sudo";

/** `--crashkernel`, `--disable` and the dump's own settings: facts, plan, diff, question, application, proof. */
export async function setup(
  request: SetupRequest,
  output: Output,
  open: OpenMachine = openMachine,
  ask: Confirm = confirm,
): Promise<Outcome> {
  if (request.crashkernel !== null) checkExpression(request.crashkernel);
  const target = await withDumpSpace(request, openTarget(request, open));
  if (request.dryRun) return showOnly(request, output, target);
  if (!request.yes && !canAsk()) {
    const shown = await showOnly(request, output, target);
    if (shown.exit !== EXIT.ok) return shown;
    const message = "there is nobody to answer the question, so nothing was changed: give --yes";
    output.error(message);
    return { exit: EXIT.usage, document: { ...shown.document, error: { message, exitCode: EXIT.usage } } };
  }
  if (!target.base.effectiveRoot) throw new RefusedError(NEEDS_ROOT);
  return interruptible(async (signal) => {
    const lock = await target.machine.lock(LOCK_FILE, request.lockTimeout ?? 0, signal);
    try {
      return await change(request, output, target, ask, signal);
    } finally {
      lock.release();
    }
  });
}

/** Two changes of one thing at a time are none that anybody could follow. */
function refuseDuringTrial(request: SetupRequest, target: Target, { wish }: Thought): void {
  const changes = request.disable || request.crashkernel !== null;
  if (!changes || request.trial === "keep" || !target.base.effectiveRoot) return;
  const { armed } = readTrial(target.machine);
  if (armed === null || (request.trial === "try" && armed.words.join(" ") === wish.words.join(" "))) return;
  throw new RefusedError(`${armed.words.join(" ")} is on trial since ${armed.startedAt} (run ${armed.id})`, {
    hint: `reboot to try it (kdump-setup trial says how it stands), or take it back: kdump-setup rollback ${armed.id}`,
  });
}

/** Plan and diff, nothing else. */
async function showOnly(request: SetupRequest, output: Output, target: Target): Promise<Outcome> {
  const thought = think(request, target, target.look());
  refuseDuringTrial(request, target, thought);
  const { planned } = thought;
  if (planned.kind === "refused") return refusedOutcome(output, thought, target);
  const missing = missingPackages(request, thought.facts);
  const warnings =
    missing.length > 0
      ? [`${missing.join(" ")} will be installed first, and the plan made again after it`]
      : [];
  const diffs = await present(request, output, thought, target, planned.plan, warnings);
  const changes = !changesNothing(planned.plan) || missing.length > 0;
  const commands = plannedCommands(planned.plan).map((command) => ({
    argv: command.argv,
    exitCode: null,
    seconds: null,
  }));
  const document = outcome(thought, target, { result: changes ? "planned" : "unchanged", diffs, warnings });
  return { exit: changes && request.exitCode ? EXIT.changes : EXIT.ok, document: { ...document, commands } };
}

/** With the lock held. */
async function change(
  request: SetupRequest,
  output: Output,
  target: Target,
  ask: Confirm,
  signal: AbortSignal,
): Promise<Outcome> {
  const { machine } = target;
  removeLeftovers(machine, readJournal(machine).records, target.base.bootId);
  const before = think(request, target, target.look());
  refuseDuringTrial(request, target, before);
  const installed = await installPhase(request, output, target, before, ask, signal);
  if (installed.kind === "ended") return installed.outcome;
  const { packages, commands } = installed;
  const thought = packages.length > 0 ? think(request, target, target.look()) : before;
  const ended = await beforeApplying(request, output, target, thought, commands, ask, signal);
  if ("outcome" in ended && packages.length > 0) {
    // the packages are there all the same, and the journal is where somebody will look for who brought them
    const { journal } = await carryOut(
      request,
      output,
      target,
      { ...thought, planned: INSTALLED_ONLY },
      packages,
      signal,
    );
    return { ...ended.outcome, document: { ...ended.outcome.document, changed: true, journal } };
  }
  if ("outcome" in ended) return ended.outcome;
  const { plan, diffs } = ended;
  const applied = await carryOut(request, output, target, thought, packages, signal);
  const shrunk =
    applied.kind === "applied" && plan.shrink !== undefined
      ? await shrinkReservation(machine, plan.shrink)
      : null;
  const needed = shrunk === null ? plan.reboot : shrunk.kept === null ? "not-needed" : "needed";
  const done = appliedOutcome(output, thought, target, applied, {
    diffs,
    earlier: commands,
    reboot: needed,
    shrunk,
  });
  const rebooting = applied.kind === "applied" && request.reboot && needed === "needed";
  if (rebooting && !(await reboot(machine, output))) return { ...done, exit: EXIT.fault };
  return done;
}

type Ready = { readonly plan: Plan; readonly diffs: readonly FileDiff[] };

/** Refused, nothing to do or declined: how it ended. Otherwise the plan that was agreed to. */
async function beforeApplying(
  request: SetupRequest,
  output: Output,
  target: Target,
  thought: Thought,
  commands: readonly RanCommand[],
  ask: Confirm,
  signal: AbortSignal,
): Promise<{ readonly outcome: Outcome } | Ready> {
  const { planned } = thought;
  if (planned.kind === "refused") return { outcome: refusedOutcome(output, thought, target, commands) };
  const { plan } = planned;
  const diffs = await present(request, output, thought, target, plan, []);
  if (changesNothing(plan)) {
    const reboots = request.reboot && plan.reboot === "needed";
    const exit = reboots && !(await reboot(target.machine, output)) ? EXIT.fault : EXIT.ok;
    return {
      outcome: { exit, document: outcome(thought, target, { result: "unchanged", diffs, commands }) },
    };
  }
  if (request.yes) return { plan, diffs };
  const reasons = await previewProblems(target, thought.facts, plan, output, signal);
  if (reasons !== null) {
    const refused: Planned = { kind: "refused", reasons, warnings: plan.warnings };
    return { outcome: refusedOutcome(output, { ...thought, planned: refused }, target, commands) };
  }
  if (await ask("Make these changes?", signal)) return { plan, diffs };
  output.talk("Nothing was changed.");
  return {
    outcome: { exit: EXIT.ok, document: outcome(thought, target, { result: "planned", diffs, commands }) },
  };
}

const INSTALLED_ONLY: Planned = {
  kind: "plan",
  plan: { steps: [], reboot: "not-needed", warnings: [], why: ["packages were installed, nothing else"] },
};

function carryOut(
  request: SetupRequest,
  output: Output,
  target: Target,
  thought: Thought & { readonly planned: Planned },
  packages: readonly string[],
  signal: AbortSignal,
): Promise<Applied> {
  const { machine } = target;
  const { planned, wish } = thought;
  if (planned.kind === "refused")
    throw new RefusedError(planned.reasons.map((reason) => reason.text).join("; "));
  const proof = rootProofOf(machine, openReader("/"));
  return apply(machine, {
    plan: planned.plan,
    command: request.disable ? "disable" : planned.plan.trial === true ? "try" : "setup",
    words: wish.words,
    profile: target.profile.id,
    version: VERSION,
    user: currentUser(),
    bootId: target.base.bootId,
    takesBack: null,
    packages,
    judge: (candidate) => judgeCandidate(candidate, proof),
    confirm: () => (planned.plan.steps.length === 0 ? [] : doubts(request, target, planned.plan)),
    signal,
    onStep: (step) => showStep(output, step),
  });
}

/** The proof that the change took: thought of anew, from the disk, there is nothing left to do. */
function doubts(request: SetupRequest, target: Target, plan: Plan): readonly string[] {
  const { facts, planned } = think(request, target, target.look());
  if (planned.kind === "refused") return planned.reasons.map((reason) => reason.text);
  const left = planned.plan.steps.filter((step) => step.kind !== "runtime").map((step) => step.why);
  return [...left, ...notLoaded(plan, facts)];
}

/** A capture kernel that was to be loaded anew has to be there again, whatever the command's exit code said. */
function notLoaded(plan: Plan, facts: Facts): readonly string[] {
  const loads = plan.steps.some((step) => step.kind === "runtime" && step.unloadedToo !== true);
  return loads && facts.reservation.loaded === false ? ["no capture kernel is loaded any more"] : [];
}
