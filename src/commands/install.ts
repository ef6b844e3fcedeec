import type { RanCommand } from "../apply/apply.js";
import { installCommands, installPackages } from "../apply/install.js";
import { EXIT, StepFailed } from "../errors.js";
import { bootFileNames } from "../machine/boot-files.js";
import { packagesToInstall } from "../plan/unit.js";
import type { Command, Facts, NonEmpty } from "../types.js";
import type { Confirm } from "../ui/ask.js";
import type { Output } from "../ui/output.js";
import { showCommands, showRan } from "../ui/show.js";
import { judgeCandidate } from "../verify/candidate.js";
import { type Outcome, outcome, refusedOutcome } from "./outcome.js";
import type { SetupRequest } from "./request.js";
import type { Target } from "./target.js";
import type { Thought } from "./think.js";

/** How long the package manager's lock is waited for when --lock-timeout says nothing. */
const PACKAGE_LOCK_SECONDS = 300;

export type Installed =
  | {
      readonly kind: "went-on";
      readonly packages: readonly string[];
      readonly commands: readonly RanCommand[];
    }
  | { readonly kind: "ended"; readonly outcome: Outcome };

/** Packages this run would install; [] when none, or when that phase is left out. */
export function missingPackages(request: SetupRequest, facts: Facts): readonly string[] {
  if (!request.install || request.crashkernel === null || !request.service) return [];
  return packagesToInstall(facts);
}

/**
 * A phase of its own before the plan: packages write GRUB files and run the generator themselves, so what is planned
 * after it is planned from a new look. What they did is not taken back by a rollback.
 */
export async function installPhase(
  request: SetupRequest,
  output: Output,
  target: Target,
  thought: Thought,
  ask: Confirm,
  signal: AbortSignal,
): Promise<Installed> {
  const [first, ...rest] = missingPackages(request, thought.facts);
  if (first === undefined) return { kind: "went-on", packages: [], commands: [] };
  if (thought.planned.kind === "refused")
    return { kind: "ended", outcome: refusedOutcome(output, thought, target) };
  const packages: NonEmpty<string> = [first, ...rest];
  const profile = target.profile.kdump.install;
  const commands = installCommands(profile, packages, request.lockTimeout ?? PACKAGE_LOCK_SECONDS);
  output.talk(`${packages.join(" ")} is not installed. First:`);
  showCommands(output, commands);
  if (!request.yes && !(await ask(`Install ${packages.join(" ")}?`, signal))) {
    output.talk("Nothing was changed.");
    const document = outcome(thought, target, { result: "planned" });
    return { kind: "ended", outcome: { exit: EXIT.ok, document } };
  }
  const done: RanCommand[] = [];
  const refresh: Command | null =
    profile.refresh === null ? null : { argv: profile.refresh, env: profile.env, timeoutSeconds: 600 };
  try {
    await installPackages(target.machine, commands, refresh, (command, result) => {
      const { exitCode, seconds, stdout, stderr } = result;
      done.push({ argv: command.argv, exitCode, seconds, stdout, stderr });
      showRan(output, command, result);
    });
  } finally {
    await refuseStrayConfig(target, thought.facts);
  }
  if (signal.aborted)
    throw new StepFailed(
      `interrupted when ${packages.join(" ")} had been installed; nothing else was changed`,
    );
  return { kind: "went-on", packages, commands: done };
}

/**
 * The packages' own scripts run the generator, on an image in the chroot, where it may find the build host's disk. The
 * configuration they wrote is held against the one before, and that one put back when the new one would not boot.
 */
async function refuseStrayConfig(target: Target, before: Facts): Promise<void> {
  const config = before.grub.config;
  if (config === null || config.state.kind !== "file") return;
  const after = target.machine.read(config.path);
  if (after.kind === "file" && after.sha256 === config.state.sha256) return;
  const bootFiles = bootFileNames(target.machine);
  const { problems } = judgeCandidate({ before: config.state, after, words: null, bootFiles }, null);
  if (problems.length === 0) return;
  await target.machine.replace(config.path, config.state.text, config.state.mode);
  throw new StepFailed(
    `the packages' scripts wrote a ${config.path} that is not safe to boot from, so the old one was put back: ${problems.join("; ")}`,
  );
}
