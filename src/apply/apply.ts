import { BusyOrStaleError, StepFailed } from "../errors.js";
import type { Machine, Ran } from "../machine/machine.js";
import type { Command, FileState, NonEmpty, Plan, Step } from "../types.js";
import type { JudgeCandidate } from "./candidate.js";
import {
  type JournalRecord,
  type JournalStep,
  newRecord,
  newRunId,
  type RunState,
  saveRecord,
} from "./journal.js";
import { ensureJournal } from "./journal-directory.js";
import { doStep, prepareStep } from "./steps.js";
import { type NotUndone, undoSteps } from "./undo.js";

export interface ApplyRequest {
  readonly plan: Plan;
  readonly command: JournalRecord["command"];
  readonly words: readonly string[];
  readonly profile: string;
  readonly version: string;
  readonly user: string;
  readonly bootId: string | null;
  readonly takesBack: string | null;
  readonly packages: readonly string[];
  readonly judge: JudgeCandidate;
  /** asked once everything is done: reasons why the change did not take, which undo it; [] when it did */
  readonly confirm: () => readonly string[];
  readonly signal: AbortSignal;
  readonly onStep: (step: Step) => void;
}

export interface RanCommand {
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface AppliedBase {
  readonly journal: string;
  readonly commands: readonly RanCommand[];
  readonly warnings: readonly string[];
}

export type Applied =
  | (AppliedBase & { readonly kind: "applied" })
  | (AppliedBase & { readonly kind: "rolled-back"; readonly error: Error })
  | (AppliedBase & {
      readonly kind: "stuck";
      readonly error: Error;
      readonly notUndone: NonEmpty<NotUndone>;
    });

/**
 * Carries the plan out, decides nothing. Whatever is about to be changed is in the journal, synced, before the first
 * change. When a step fails, or `signal` fires, everything done is put back in reverse order. Throws
 * BusyOrStaleError, with nothing changed, when a file is not what the plan was made for.
 */
export async function apply(machine: Machine, request: ApplyRequest): Promise<Applied> {
  const { plan } = request;
  for (const step of plan.steps) refuseStale(machine, step);

  const commands: RanCommand[] = [];
  const warnings: string[] = [];
  const ran = (command: Command, result: Ran) => commands.push(ranCommand(command, result));
  const id = newRunId(new Date());
  const base = { journal: id, commands, warnings };

  let record = startRecord(request, id);
  /** how many steps may have changed something */
  let begun = 0;
  const save = async (changes: { steps?: readonly JournalStep[]; state?: RunState; endedAt?: string }) => {
    record = { ...record, ...changes };
    await saveRecord(machine, record);
  };

  try {
    await ensureJournal(machine, id);
    const prepared: JournalStep[] = [];
    for (const [index, step] of plan.steps.entries())
      prepared.push(await prepareStep(machine, id, index, step));
    await save({ steps: prepared });
    for (const [index, step] of plan.steps.entries()) {
      if (request.signal.aborted) throw new StepFailed("interrupted");
      request.onStep(step);
      // writing the journal and running the generator take seconds, in which somebody may save a file
      begun = index + 1;
      if (step.kind !== "regenerate") refuseStale(machine, step);
      await doStep(machine, step, {
        id,
        judge: request.judge,
        signal: request.signal,
        ran,
        // what is done twice, as settling the file system is, may fail twice for one reason
        warn: (text) => {
          if (!warnings.includes(text)) warnings.push(text);
        },
        update: (changed) => save({ steps: record.steps.map((old, at) => (at === index ? changed : old)) }),
        current: () => record.steps[index],
      });
    }
    if (request.signal.aborted) throw new StepFailed("interrupted");
    const doubts = request.confirm();
    if (doubts.length > 0) throw new StepFailed(`the change did not take: ${doubts.join("; ")}`);
    await save({ state: "applied", endedAt: new Date().toISOString() });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    // what stands where somebody else was first, or at a step that was never begun, is not ours to undo
    if (error instanceof BusyOrStaleError) begun -= 1;
    const notUndone = await undoSteps(machine, { ...record, steps: record.steps.slice(0, begun) }, ran);
    const [first, ...rest] = notUndone;
    const state = first === undefined ? "rolled-back" : "stuck";
    try {
      await save({ state, endedAt: new Date().toISOString() });
    } catch (failure) {
      warnings.push(`the journal entry ${id} could not be closed: ${messageOf(failure)}`);
    }
    if (first === undefined) return { kind: "rolled-back", error, ...base };
    return { kind: "stuck", error, notUndone: [first, ...rest], ...base };
  }
  return { kind: "applied", ...base };
}

function startRecord(request: ApplyRequest, id: string): JournalRecord {
  const { command, words, profile, version, user, bootId, takesBack, packages, plan } = request;
  const startedAt = new Date().toISOString();
  return newRecord({
    id,
    command,
    words,
    profile,
    version,
    user,
    bootId,
    takesBack,
    packages,
    startedAt,
    steps: [],
    why: plan.why,
  });
}

function refuseStale(machine: Machine, step: Step): void {
  if (step.kind === "unit" || step.kind === "unit-links" || step.kind === "runtime") return;
  const path = step.kind === "regenerate" ? step.config : step.path;
  if (sameFile(machine.read(path), step.before)) return;
  throw new BusyOrStaleError(`${path} changed after it was read`, { hint: "run the command again" });
}

/** The same bytes, mode and owner, or both not there. */
function sameFile(a: FileState, b: FileState): boolean {
  if (a.kind !== "file" || b.kind !== "file") return a.kind === "absent" && b.kind === "absent";
  return a.sha256 === b.sha256 && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

export function ranCommand(command: Command, result: Ran): RanCommand {
  const { exitCode, seconds, stdout, stderr } = result;
  return { argv: command.argv, exitCode, seconds: Math.round(seconds * 1000) / 1000, stdout, stderr };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
