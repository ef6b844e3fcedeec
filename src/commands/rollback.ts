import { type Applied, type ApplyRequest, apply } from "../apply/apply.js";
import {
  type Journal,
  type JournalRecord,
  LOCK_FILE,
  readJournal,
  runDirectory,
  savedText,
  saveRecord,
} from "../apply/journal.js";
import { removeLeftovers } from "../apply/leftovers.js";
import { withoutTrialEntry } from "../bootconfig/trial-entry.js";
import { diffPlan, type FileDiff, unifiedDiff } from "../diff/unified.js";
import { EXIT, RefusedError, UsageError } from "../errors.js";
import { collectUnit } from "../facts/unit.js";
import { openMachine } from "../machine/host.js";
import { type Conflict, type PlannedRollback, planRollback } from "../plan/rollback.js";
import type { Facts, Plan } from "../types.js";
import { canAsk, confirm } from "../ui/ask.js";
import { colourDiff, type Output } from "../ui/output.js";
import { showApplied, showPlan, showReasons, showStep } from "../ui/show.js";
import { judgeCandidate } from "../verify/candidate.js";
import { interruptible } from "./interrupt.js";
import { hostOf, JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { RollbackRequest } from "./request.js";
import { NEEDS_ROOT } from "./setup.js";
import { type OpenMachine, openTarget, type Target } from "./target.js";
import { currentUser } from "./user.js";
import { VERSION } from "./version.js";

/** Takes back what an earlier run changed. */
export async function rollback(
  request: RollbackRequest,
  output: Output,
  open: OpenMachine = openMachine,
): Promise<Outcome> {
  const target = openTarget(request, open);
  const asks = !request.yes && !request.dryRun;
  if (request.dryRun || (asks && !canAsk())) {
    const shown = await think(request, output, target);
    if (!asks || shown.outcome !== null) return shown.outcome ?? ended(shown, request);
    const message = "there is nobody to answer the question, so nothing was changed: give --yes";
    output.error(message);
    return {
      exit: EXIT.usage,
      document: { ...document(shown, "planned"), error: { message, exitCode: EXIT.usage } },
    };
  }
  if (!target.base.effectiveRoot) throw new RefusedError(NEEDS_ROOT);
  return interruptible(async (signal) => {
    const lock = await target.machine.lock(LOCK_FILE, request.lockTimeout ?? 0, signal);
    try {
      return await takeBack(request, output, target, signal);
    } finally {
      lock.release();
    }
  });
}

interface Thought {
  readonly record: JournalRecord;
  readonly facts: Facts;
  readonly target: Target;
  readonly plan: Plan;
  readonly diffs: readonly FileDiff[];
  /** set when there is nothing to carry out */
  readonly outcome: Outcome | null;
}

async function think(request: RollbackRequest, output: Output, target: Target): Promise<Thought> {
  const { machine } = target;
  const record = chooseRecord(readJournal(machine), request.id);
  const { facts, planned } = planFor(request, target, record);
  const empty: Plan = { steps: [], reboot: "not-needed", warnings: [], why: [] };
  const base = { record, facts, target };
  if (planned.kind !== "plan") {
    const refused = { ...base, plan: empty, diffs: [] };
    return { ...refused, outcome: await notPossible({ ...refused, outcome: null }, planned, output) };
  }
  const diffs = await diffPlan(planned.plan);
  output.talk(`Takes back ${record.id} (${record.startedAt}, ${record.user}).`);
  showPlan(output, planned.plan, request.diff ? diffs : [], []);
  return { ...base, plan: planned.plan, diffs, outcome: null };
}

export function planFor(
  request: Pick<RollbackRequest, "regenerate">,
  { machine, profile, look }: Target,
  record: JournalRecord,
) {
  const facts = look();
  const planned = planRollback({
    record,
    facts,
    profile,
    current: (path) => machine.read(path),
    saved: (file) => savedText(machine, record.id, file),
    regenerate: request.regenerate,
    cut: (path, text) =>
      record.command === "try" && path.endsWith("/custom.cfg") ? withoutTrialEntry(text) : null,
    unit: (name) => (name === facts.kdump.unit.name ? facts.kdump.unit : collectUnit(machine, name)),
  });
  return { facts, planned };
}

/** The proof that it was taken back: looked at anew, its files and its unit are what they were. */
function remaining(planned: PlannedRollback): readonly string[] {
  if (planned.kind !== "plan") return ["what it changed is changed again already"];
  const left = planned.plan.steps.filter((step) => step.kind !== "regenerate" && step.kind !== "runtime");
  return left.map((step) => `${"path" in step ? step.path : step.unit} is not what it was`);
}

async function takeBack(
  request: RollbackRequest,
  output: Output,
  target: Target,
  signal: AbortSignal,
): Promise<Outcome> {
  const { machine } = target;
  const thought = await think(request, output, target);
  if (thought.outcome !== null) return thought.outcome;
  const { record, plan } = thought;
  if (!request.yes && plan.steps.length > 0 && !(await confirm("Take it back?", signal))) {
    output.talk("Nothing was changed.");
    return { exit: EXIT.ok, document: document(thought, "planned") };
  }
  removeLeftovers(machine, readJournal(machine).records, target.base.bootId);
  if (plan.steps.length === 0) {
    output.result(`Nothing of ${record.id} is left to take back.`);
    await saveRecord(machine, { ...record, state: "taken-back" });
    return { exit: EXIT.ok, document: document(thought, "unchanged") };
  }
  const applied = await carryBack(output, target, record, {
    plan,
    confirm: () => remaining(planFor(request, target, record).planned),
    signal,
  });
  if (applied.kind === "applied") await saveRecord(machine, { ...record, state: "taken-back" });
  showApplied(output, applied, { reboot: plan.reboot, image: thought.facts.image, words: null });
  const commands = applied.commands.map(({ argv, exitCode, seconds }) => ({ argv, exitCode, seconds }));
  const done = {
    ...document(thought, applied.kind),
    commands,
    journal: applied.journal,
    warnings: [...plan.warnings, ...applied.warnings],
  };
  switch (applied.kind) {
    case "applied":
      return { exit: EXIT.ok, document: done };
    case "rolled-back":
      return {
        exit: EXIT.rolledBack,
        document: { ...done, error: { message: applied.error.message, exitCode: EXIT.rolledBack } },
      };
    case "stuck":
      return {
        exit: EXIT.stuck,
        document: {
          ...done,
          error: { message: applied.error.message, exitCode: EXIT.stuck },
          notUndone: applied.notUndone,
        },
      };
    default:
      return applied satisfies never;
  }
}

/** Applies what takes `record` back, with a journal entry of its own that says so. */
export function carryBack(
  output: Output,
  { machine, profile, base }: Target,
  record: JournalRecord,
  { plan, confirm, signal }: Pick<ApplyRequest, "plan" | "confirm" | "signal">,
): Promise<Applied> {
  return apply(machine, {
    plan,
    command: "rollback",
    words: [],
    profile: profile.id,
    version: VERSION,
    user: currentUser(),
    bootId: base.bootId,
    takesBack: record.id,
    packages: [],
    judge: (candidate) => judgeCandidate(candidate, null),
    confirm,
    signal,
    onStep: (step) => showStep(output, step),
  });
}

/** With no id the newest run not taken back yet. Rollbacks themselves are not runs to take back. */
function chooseRecord(journal: Journal, id: string | undefined): JournalRecord {
  if (id === undefined) {
    const newest = journal.records.find((r) => r.command !== "rollback" && isStanding(r));
    // an id begins with its time, so ids sort like their runs
    const doubtful = journal.damaged.find((one) => one.began && (newest === undefined || one.id > newest.id));
    if (doubtful !== undefined)
      throw new RefusedError(
        `the journal of the newest run, ${doubtful.id}, cannot be read: ${doubtful.why}`,
        {
          hint: `the files it changed are kept as they were in ${runDirectory(doubtful.id)}; rollback ID takes back another run`,
        },
      );
    if (newest !== undefined) return newest;
    throw new RefusedError("there is no run to take back here", { hint: "kdump-setup history lists them" });
  }
  const found = journal.records.find((record) => record.id === id);
  const damaged = journal.damaged.find((one) => one.id === id);
  if (damaged !== undefined)
    throw new RefusedError(`the journal of run ${id} cannot be read: ${damaged.why}`);
  if (found === undefined)
    throw new UsageError(`there is no run ${JSON.stringify(id)}`, { hint: "kdump-setup history lists them" });
  if (found.command === "rollback")
    throw new UsageError(`${id} is itself a rollback`, {
      hint: "run kdump-setup --crashkernel … again instead",
    });
  if (isStanding(found)) return found;
  throw new RefusedError(
    `run ${id} is ${found.state === "taken-back" ? "taken back already" : "one that put everything back itself"}`,
  );
}

export function isStanding(record: JournalRecord): boolean {
  return record.state === "applied" || record.state === "open" || record.state === "stuck";
}

async function notPossible(
  thought: Thought,
  planned: Exclude<PlannedRollback, { kind: "plan" }>,
  output: Output,
): Promise<Outcome> {
  if (planned.kind === "refused") {
    showReasons(output, planned.reasons);
    return { exit: EXIT.refused, document: { ...document(thought, "refused"), reasons: planned.reasons } };
  }
  const conflicts = await Promise.all(planned.conflicts.map(conflictDiff));
  output.talk(`Refused, nothing was changed: since ${thought.record.id} somebody else changed`);
  for (const { path, diff } of conflicts)
    output.talk(`  ${path}\n${colourDiff(diff.trimEnd(), output.style)}`);
  return { exit: EXIT.busyOrStale, document: { ...document(thought, "refused"), conflicts } };
}

/** What was done to the file after the run left it. */
function conflictDiff(conflict: Conflict): Promise<FileDiff> {
  const now = conflict.now.kind === "file" ? conflict.now.text : null;
  return unifiedDiff(conflict.path, conflict.ours, now);
}

function ended(thought: Thought, request: RollbackRequest): Outcome {
  const changes = thought.plan.steps.length > 0;
  const exit = changes && request.exitCode ? EXIT.changes : EXIT.ok;
  return { exit, document: document(thought, changes ? "planned" : "unchanged") };
}

function document(thought: Thought, result: string): Readonly<Record<string, unknown>> {
  const { record, facts, target, plan, diffs } = thought;
  return {
    schema: JSON_SCHEMA,
    command: "rollback",
    result,
    takesBack: record.id,
    host: hostOf(facts, target.profile.id),
    changed: result === "applied" || result === "stuck",
    rebootRequired: plan.reboot === "needed",
    files: diffs,
    commands: [],
    warnings: plan.warnings,
    journal: null,
  };
}
