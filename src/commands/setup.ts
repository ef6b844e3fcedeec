import { apply } from "../apply/apply.js";
import { LOCK_FILE, readJournal } from "../apply/journal.js";
import { removeLeftovers } from "../apply/leftovers.js";
import { diffPlan } from "../diff/unified.js";
import { EXIT } from "../errors.js";
import { openMachine } from "../machine/host.js";
import { openReader } from "../machine/reader.js";
import { assemblePlan } from "../plan/assemble.js";
import type { Facts, Intent, Plan, Planned } from "../types.js";
import { canAsk, confirm } from "../ui/ask.js";
import type { Output } from "../ui/output.js";
import { showHost, showPlan, showStep } from "../ui/show.js";
import { judgeCandidate } from "../verify/candidate.js";
import { rootProofOf } from "../verify/root-proof.js";
import { installPhase, missingPackages } from "./install.js";
import { interruptible } from "./interrupt.js";
import { appliedOutcome, type Outcome, outcome, refusedOutcome } from "./outcome.js";
import { previewProblems } from "./preview.js";
import { reboot } from "./reboot.js";
import type { SetupRequest } from "./request.js";
import { type OpenMachine, openTarget, type Target } from "./target.js";
import { currentUser } from "./user.js";
import { VERSION } from "./version.js";
import { checkExpression, NO_RESERVATION, resolveWish, type Wish } from "./wish.js";

/** What the thinking came to, for one look at the system. */
export interface Thought {
  readonly facts: Facts;
  readonly wish: Wish;
  readonly planned: Planned;
}

/** `--crashkernel` and `--disable`: facts, plan, diff, question, application, proof. */
export async function setup(
  request: SetupRequest,
  output: Output,
  open: OpenMachine = openMachine,
): Promise<Outcome> {
  if (request.crashkernel !== null) checkExpression(request.crashkernel);
  const target = openTarget(request, open);
  if (request.dryRun) return showOnly(request, output, target);
  if (!request.yes && !canAsk()) {
    const shown = await showOnly(request, output, target);
    if (shown.exit !== EXIT.ok) return shown;
    const message = "there is nobody to answer the question, so nothing was changed: give --yes";
    output.talk(message);
    return { exit: EXIT.usage, document: { ...shown.document, error: { message, exitCode: EXIT.usage } } };
  }
  return interruptible(async (signal) => {
    const lock = await target.machine.lock(LOCK_FILE, request.lockTimeout ?? 0);
    try {
      return await change(request, output, target, signal);
    } finally {
      lock.release();
    }
  });
}

async function showOnly(request: SetupRequest, output: Output, target: Target): Promise<Outcome> {
  const thought = think(request, target, target.look());
  const { planned } = thought;
  if (planned.kind === "refused") return refusedOutcome(output, thought, target);
  const missing = missingPackages(request, thought.facts);
  const warnings =
    missing.length > 0
      ? [`${missing.join(" ")} will be installed first, and the plan made again after it`]
      : [];
  const diffs = await present(request, output, thought, target, planned.plan, warnings);
  const changes = planned.plan.steps.length > 0 || missing.length > 0;
  const exit = changes && request.exitCode ? EXIT.changes : EXIT.ok;
  const result = changes ? "planned" : "unchanged";
  return {
    exit,
    document: outcome(thought, target, {
      result,
      changed: false,
      diffs,
      commands: [],
      warnings,
      journal: null,
    }),
  };
}

/** With the lock held. */
async function change(
  request: SetupRequest,
  output: Output,
  target: Target,
  signal: AbortSignal,
): Promise<Outcome> {
  const { machine } = target;
  removeLeftovers(machine, readJournal(machine).records, target.base.bootId);
  let thought = think(request, target, target.look());
  const installed = await installPhase(request, output, target, thought, signal);
  if (installed.kind === "ended") return installed.outcome;
  if (installed.packages.length > 0) thought = think(request, target, target.look());
  const { planned, wish } = thought;
  if (planned.kind === "refused") return refusedOutcome(output, thought, target, installed.commands);
  const { plan } = planned;
  const { commands, packages } = installed;
  const diffs = await present(request, output, thought, target, plan, []);
  if (plan.steps.length === 0 && packages.length === 0) {
    return {
      exit: EXIT.ok,
      document: outcome(thought, target, {
        result: "unchanged",
        changed: false,
        diffs,
        commands,
        warnings: [],
        journal: null,
      }),
    };
  }
  if (!request.yes && plan.steps.length > 0) {
    const problems = await previewProblems(target, thought.facts, plan, output, signal);
    if (problems !== null)
      return refusedOutcome(
        output,
        { ...thought, planned: { kind: "refused", reasons: problems, warnings: plan.warnings } },
        target,
        commands,
      );
    if (!(await confirm("Make these changes?"))) {
      output.talk("Nothing was changed.");
      return {
        exit: EXIT.ok,
        document: outcome(thought, target, {
          result: "planned",
          changed: false,
          diffs,
          commands,
          warnings: [],
          journal: null,
        }),
      };
    }
  }
  const proof = rootProofOf(machine, openReader("/"));
  const applied = await apply(machine, {
    plan,
    command: request.crashkernel === null ? "disable" : "setup",
    words: wish.words,
    profile: target.profile.id,
    version: VERSION,
    user: currentUser(),
    bootId: target.base.bootId,
    takesBack: null,
    packages,
    judge: (candidate) => judgeCandidate(candidate, proof),
    confirm: () => remaining(think(request, target, target.look()).planned),
    signal,
    onStep: (step) => showStep(output, step),
  });
  const done = appliedOutcome(output, thought, target, applied, {
    diffs,
    earlier: commands,
    reboot: plan.reboot,
  });
  const rebooting = applied.kind === "applied" && request.reboot && plan.reboot === "needed";
  if (rebooting && !(await reboot(machine, output))) return { ...done, exit: EXIT.fault };
  return done;
}

/** The proof that the change took: thought of anew, from the disk, there is nothing left to do. */
function remaining(planned: Planned): readonly string[] {
  if (planned.kind === "refused") return planned.reasons.map((reason) => reason.text);
  return planned.plan.steps.filter((step) => step.kind !== "runtime").map((step) => step.why);
}

export function think(request: SetupRequest, target: Target, facts: Facts): Thought {
  const wish =
    request.crashkernel === null ? NO_RESERVATION : resolveWish(request.crashkernel, facts, target.profile);
  const intent: Intent = {
    kind: request.crashkernel === null ? "disable" : "reserve",
    words: wish.words,
    force: request.force,
    mask: request.mask,
    install: request.install,
    regenerate: request.regenerate,
    service: request.service,
    objections: wish.reasons,
    warnings: [...target.warnings, ...wish.warnings],
  };
  return { facts, wish, planned: assemblePlan(facts, intent, target.profile, { writes: !request.dryRun }) };
}

async function present(
  request: SetupRequest,
  output: Output,
  thought: Thought,
  target: Target,
  plan: Plan,
  warnings: readonly string[],
) {
  const diffs = await diffPlan(plan);
  showHost(output, thought.facts, target.profile, thought.wish);
  showPlan(output, plan, request.diff ? diffs : [], warnings);
  if (plan.steps.length === 0) output.result("Nothing to do: everything is as wished.");
  return diffs;
}
