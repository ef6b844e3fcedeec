import type { Applied, RanCommand } from "../apply/apply.js";
import type { Shrunk } from "../apply/shrink.js";
import type { FileDiff } from "../diff/unified.js";
import { EXIT, type ExitCode, type KdumpError, RefusedError } from "../errors.js";
import { targetKernel } from "../facts/boots.js";
import { entryWords } from "../plan/words.js";
import type { BaseFacts, Plan } from "../types.js";
import type { Output } from "../ui/output.js";
import { showApplied, showReasons, showShrunk } from "../ui/show.js";
import type { Target } from "./target.js";
import type { Thought } from "./think.js";

export const JSON_SCHEMA = "kdump-setup/1";

/** How a command ended: its exit code and the one JSON document; the text was said on the way. */
export interface Outcome {
  readonly exit: ExitCode;
  readonly document: Readonly<Record<string, unknown>>;
  /** the result in a form that is neither text nor JSON */
  readonly rendered?: string;
}

type Result = "applied" | "unchanged" | "planned" | "refused" | "rolled-back" | "stuck";

export function hostOf(
  facts: Pick<BaseFacts, "arch" | "kernels" | "runningKernel" | "memory">,
  profileId: string | null,
): Readonly<Record<string, unknown>> {
  return {
    distro: profileId,
    arch: facts.arch,
    kernel: targetKernel(facts)?.kernel ?? null,
    ramBytes: facts.memory?.bytes ?? null,
  };
}

/** The JSON document of a set-up run, as interface.md gives it. */
export function outcome(
  thought: Thought,
  target: Target,
  fields: {
    readonly result: Result;
    readonly changed?: boolean;
    readonly diffs?: readonly FileDiff[];
    readonly commands?: readonly RanCommand[];
    readonly warnings?: readonly string[];
    readonly journal?: string;
  },
): Readonly<Record<string, unknown>> {
  const { facts, wish, planned } = thought;
  const planWarnings = planned.kind === "plan" ? planned.plan.warnings : planned.warnings;
  const plan = planned.kind === "plan" ? planned.plan : null;
  return {
    schema: JSON_SCHEMA,
    command: "setup",
    result: fields.result,
    host: hostOf(facts, target.profile.id),
    crashkernel: {
      expression: wish.expression,
      reservedBytes: wish.reservedBytes,
      why: [...wish.why, ...(plan?.why ?? [])],
    },
    ...(thought.dump === null ? {} : { dump: thought.dump }),
    changed: fields.changed ?? false,
    rebootRequired: plan !== null && plan.reboot === "needed" && fields.result !== "rolled-back",
    files: fields.diffs ?? [],
    commands: (fields.commands ?? []).map(({ argv, exitCode, seconds }) => ({ argv, exitCode, seconds })),
    warnings: [...planWarnings, ...(fields.warnings ?? [])],
    journal: fields.journal ?? null,
  };
}

export function refusedOutcome(
  output: Output,
  thought: Thought,
  target: Target,
  commands: readonly RanCommand[] = [],
): Outcome {
  const reasons = thought.planned.kind === "refused" ? thought.planned.reasons : [];
  showReasons(output, reasons);
  const document = outcome(thought, target, { result: "refused", commands });
  return { exit: EXIT.refused, document: { ...document, reasons } };
}

const EXITS = { applied: EXIT.ok, "rolled-back": EXIT.rolledBack, stuck: EXIT.stuck } as const;

export function appliedOutcome(
  output: Output,
  thought: Thought,
  target: Target,
  applied: Applied,
  about: {
    readonly diffs: readonly FileDiff[];
    readonly earlier: readonly RanCommand[];
    readonly reboot: Plan["reboot"];
    /** what --now came to; null where nothing was to be given back */
    readonly shrunk: Shrunk | null;
  },
): Outcome {
  const { shrunk } = about;
  const { planned } = thought;
  showApplied(output, applied, {
    reboot: about.reboot,
    image: thought.facts.image,
    words: entryWords(thought.facts.grub, thought.wish.words),
    settingsOnly: thought.settingsOnly,
    trial: planned.kind === "plan" && planned.plan.trial === true,
  });
  if (shrunk !== null) showShrunk(output, shrunk);
  const document = outcome(thought, target, {
    result: applied.kind,
    changed: applied.kind !== "rolled-back",
    diffs: about.diffs,
    commands: [...about.earlier, ...applied.commands, ...(shrunk?.commands ?? [])],
    warnings: applied.warnings,
    journal: applied.journal,
  });
  if (applied.kind === "applied")
    return shrunk === null ? { exit: EXIT.ok, document } : shrunkOutcome(document, shrunk, about.reboot);
  const error = { message: applied.error.message, exitCode: EXITS[applied.kind] };
  const notUndone = applied.kind === "stuck" ? { notUndone: applied.notUndone } : {};
  return { exit: EXITS[applied.kind], document: { ...document, error, ...notUndone } };
}

/** All else is done and stays; a machine that lost its capture kernel is not as it was before. */
function shrunkOutcome(
  document: Readonly<Record<string, unknown>>,
  { reservedBytes, releasedBytes, kept, unarmed }: Shrunk,
  reboot: Plan["reboot"],
): Outcome {
  const now = { reservedBytes, releasedBytes, kept };
  const told = { ...document, rebootRequired: reboot === "needed", now };
  if (unarmed === null) return { exit: EXIT.ok, document: told };
  const error = { message: `no capture kernel is loaded any more: ${unarmed}`, exitCode: EXIT.stuck };
  return { exit: EXIT.stuck, document: { ...told, error } };
}

/** The document of a run that could not even begin. */
export function errorDocument(command: string, error: KdumpError): Readonly<Record<string, unknown>> {
  return {
    schema: JSON_SCHEMA,
    command,
    result: error.exit === EXIT.rolledBack ? "rolled-back" : "refused",
    changed: false,
    ...(error instanceof RefusedError && error.reasons.length > 0 ? { reasons: error.reasons } : {}),
    error: { message: error.message, hint: error.hint ?? null, exitCode: error.exit },
  };
}

/** The document of a fault of the program itself; its stack goes to standard error. */
export function faultDocument(command: string, error: unknown): Readonly<Record<string, unknown>> {
  const message = error instanceof Error ? error.message : String(error);
  return {
    schema: JSON_SCHEMA,
    command,
    result: "fault",
    error: { message, hint: null, exitCode: EXIT.fault },
  };
}
