import { StepFailed } from "../errors.js";
import { bootFileNames } from "../machine/boot-files.js";
import type { Machine, Ran } from "../machine/machine.js";
import type { Command, FileState, Step } from "../types.js";
import type { JudgeCandidate } from "./candidate.js";
import { settle } from "./settle.js";

export type RegenerateStep = Extract<Step, { kind: "regenerate" }>;

/** A kernel package's hook may run the generator while ours runs, and takes no lock of ours. */
const ATTEMPTS = 3;

export interface RegenerateHooks {
  readonly judge: JudgeCandidate;
  readonly signal: AbortSignal;
  readonly ran: (command: Command, result: Ran) => void;
  readonly warn: (text: string) => void;
  /** called when the candidate is good and about to be put in place; has to be on disk when it returns */
  readonly about: (facts: {
    afterSha256: string;
    oldLink: string | null;
    before: FileState;
  }) => Promise<void>;
}

/**
 * Generates into a file beside the configuration, has it judged, and only then puts it in place by a rename. The
 * generators themselves truncate and rewrite the configuration: a power cut in the middle of that does not boot.
 */
export async function regenerate(
  machine: Machine,
  step: RegenerateStep,
  oldLink: string,
  hooks: RegenerateHooks,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = machine.read(step.config);
    const kernels = bootFileNames(machine);
    await generate(machine, step, hooks);
    const after = machine.read(step.candidate);
    const verdict = hooks.judge({ before, after, words: step.words, bootFiles: bootFileNames(machine) });
    if (after.kind !== "file" || verdict.problems.length > 0) {
      const hint = `where these changes are meant, run ${step.command.argv[0]} by hand once, look at it, and then this again`;
      throw new StepFailed(
        `the new ${step.config} is not safe to boot from: ${verdict.problems.join("; ") || "it was not written"}`,
        { hint },
      );
    }
    if (before.kind === "file") await machine.copyAttributes(step.config, step.candidate);
    machine.syncFile(step.candidate);
    const linked = before.kind === "file" && machine.hardLink(step.config, oldLink) ? oldLink : null;
    await settle(machine, step.config, step.freeze, hooks.warn);
    await hooks.about({ afterSha256: after.sha256, oldLink: linked, before });
    // the last look, with nothing between it and the rename
    const changed =
      !sameState(machine.read(step.config), before) ||
      bootFileNames(machine).join("\n") !== kernels.join("\n");
    if (changed && attempt < ATTEMPTS) continue;
    if (changed)
      throw new StepFailed(`${step.config} or the kernels beside it keep changing while it is generated`);
    machine.rename(step.candidate, step.config);
    for (const text of verdict.warnings) hooks.warn(text);
    await settle(machine, step.config, step.freeze, hooks.warn);
    return;
  }
}

async function generate(machine: Machine, step: RegenerateStep, hooks: RegenerateHooks): Promise<void> {
  removeCandidate(machine, step.candidate);
  for (const command of [step.command, step.check]) {
    const ran = await machine.run(command, { signal: hooks.signal, keepLock: true });
    hooks.ran(command, ran);
    if (ran.exitCode !== 0) {
      const end = ran.failure ?? `ended with ${ran.exitCode}`;
      throw new StepFailed(`${command.argv.join(" ")}: ${end}`, { stderr: ran.stderr });
    }
  }
}

export function removeCandidate(machine: Machine, candidate: string): void {
  for (const name of candidateNames(candidate)) machine.remove(name);
}

/** Where the generator writes, beside the configuration. */
export function candidateOf(config: string): string {
  return `${config}.kdump-setup`;
}

/** The generator writes NAME.new first and copies it to NAME. */
export function candidateNames(candidate: string): readonly string[] {
  return [candidate, `${candidate}.new`];
}

/** The second name that keeps the inode of the configuration a run replaced. */
export function secondName(config: string, id: string): string {
  return `${config}.kdump-setup-${id}`;
}

function sameState(a: FileState, b: FileState): boolean {
  if (a.kind === "file" && b.kind === "file") return a.sha256 === b.sha256;
  return a.kind === b.kind;
}
