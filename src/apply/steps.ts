import { dirname } from "node:path";
import { StepFailed } from "../errors.js";
import { sha256 } from "../machine/hash.js";
import type { Machine, Ran } from "../machine/machine.js";
import type { Command, FileState, Step } from "../types.js";
import type { JudgeCandidate } from "./candidate.js";
import { JournalError, type JournalStep, saveFile } from "./journal.js";
import { regenerate, secondName } from "./regenerate.js";
import { settle } from "./settle.js";
import { restoreLinks } from "./unit-links.js";

export interface StepContext {
  readonly id: string;
  readonly judge: JudgeCandidate;
  readonly signal: AbortSignal;
  readonly ran: (command: Command, result: Ran) => void;
  readonly warn: (text: string) => void;
  /** replaces this step's journal entry, on disk when it returns */
  readonly update: (step: JournalStep) => Promise<void>;
  readonly current: () => JournalStep | undefined;
}

/** What undo will need, copied before anything changes. `index` names the copies. */
export async function prepareStep(
  machine: Machine,
  id: string,
  index: number,
  step: Step,
): Promise<JournalStep> {
  const { why } = step;
  switch (step.kind) {
    case "write-file": {
      const target = step.before.kind === "file" ? step.before.target : step.path;
      const before = await saveFile(machine, id, `${index}.before`, step.before);
      const after = await saveFile(
        machine,
        id,
        `${index}.after`,
        afterState(step.before, step.text, step.createMode),
      );
      return {
        kind: "file",
        path: step.path,
        target,
        before,
        after,
        createdDirectories: missingDirectories(machine, target),
        why,
      };
    }
    case "remove-file": {
      const target = step.before.kind === "file" ? step.before.target : step.path;
      const before = await saveFile(machine, id, `${index}.before`, step.before);
      return {
        kind: "file",
        path: step.path,
        target,
        before,
        after: { kind: "absent" },
        createdDirectories: [],
        why,
      };
    }
    case "regenerate": {
      const before = await saveFile(machine, id, `${index}.before`, step.before);
      return {
        kind: "config",
        path: step.config,
        before,
        afterSha256: null,
        candidate: step.candidate,
        oldLink: null,
        why,
      };
    }
    case "unit":
      return { kind: "unit", unit: step.unit, action: step.action, linksBefore: step.before.links, why };
    case "unit-links":
      return { kind: "unit", unit: step.unit, action: null, linksBefore: step.before, why };
    case "runtime": {
      const { command, undo, unloadedToo } = step;
      return {
        kind: "runtime",
        command,
        undo,
        ...(unloadedToo === undefined ? {} : { unloadedToo }),
        started: false,
        why,
      };
    }
    default:
      return step satisfies never;
  }
}

export async function doStep(machine: Machine, step: Step, context: StepContext): Promise<void> {
  switch (step.kind) {
    case "write-file": {
      const { path, text, createMode, before, settle: settled } = step;
      machine.makeDirectory(dirname(path), 0o755);
      // of an image no boot loader reads the disk behind our back
      if (settled === undefined || machine.image) return machine.replace(path, text, createMode, before);
      const onDisk = () => settle(machine, path, settled.freeze, context.warn);
      await machine.replace(path, text, createMode, before, onDisk);
      return onDisk();
    }
    case "remove-file":
      return machine.remove(step.path);
    case "regenerate":
      return regenerateStep(machine, step, context);
    case "unit-links":
      return restoreLinks(machine, step.unit, step.links, context.ran);
    case "unit":
    case "runtime": {
      const entry = context.current();
      if (entry?.kind === "runtime") await context.update({ ...entry, started: true });
      const ran = await machine.run(step.command, { signal: context.signal });
      context.ran(step.command, ran);
      if (ran.exitCode === 0) return;
      const end = ran.failure ?? `ended with ${ran.exitCode}`;
      throw new StepFailed(`${step.command.argv.join(" ")}: ${end}`, { stderr: ran.stderr });
    }
    default:
      return step satisfies never;
  }
}

async function regenerateStep(
  machine: Machine,
  step: Extract<Step, { kind: "regenerate" }>,
  context: StepContext,
): Promise<void> {
  const { id, judge, signal, ran, warn } = context;
  const oldLink = secondName(step.config, id);
  await regenerate(machine, step, oldLink, {
    judge,
    signal,
    ran,
    warn,
    async about({ afterSha256, oldLink: linked, before }) {
      const current = context.current();
      if (current?.kind !== "config") throw new JournalError("the journal lost a step");
      // a package's hook may have rewritten it since: what we replace is what undo has to bring back
      const moved =
        before.kind === "file" && current.before.kind === "file" && before.sha256 !== current.before.sha256;
      const saved = moved ? await saveFile(machine, id, "config.before", before) : current.before;
      await context.update({ ...current, before: saved, afterSha256, oldLink: linked });
    },
  });
  // on an image no boot loader reads the disk behind our back
  if (machine.image) machine.remove(oldLink);
}

function afterState(before: FileState, text: string, createMode: number): FileState {
  const owner =
    before.kind === "file"
      ? { target: before.target, mode: before.mode, uid: before.uid, gid: before.gid }
      : { target: "", mode: createMode, uid: 0, gid: 0 };
  return { kind: "file", text, sha256: sha256(text), ...owner };
}

function missingDirectories(machine: Machine, path: string): readonly string[] {
  const missing: string[] = [];
  for (let at = dirname(path); at !== "/" && machine.stat(at) === null; at = dirname(at)) missing.unshift(at);
  return missing;
}
