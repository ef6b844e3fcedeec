import type { InstallProfile } from "../distro/profile.js";
import { StepFailed } from "../errors.js";
import type { Machine, Ran } from "../machine/machine.js";
import type { Command, NonEmpty } from "../types.js";

const DEBCONF_SECONDS = 60;

/** The commands the install phase runs, in order, as they are shown before the question. */
export function installCommands(
  profile: InstallProfile,
  packages: NonEmpty<string>,
  lockTimeout: number,
): NonEmpty<Command> {
  const fill = (argv: NonEmpty<string>): Command["argv"] => {
    const [program, ...rest] = argv;
    return [
      program,
      ...rest.flatMap((word) =>
        word === "{packages}" ? packages : [word.replace("{lockTimeout}", String(lockTimeout))],
      ),
    ];
  };
  const install: Command = {
    argv: fill(profile.command),
    env: profile.env,
    timeoutSeconds: Number.POSITIVE_INFINITY,
  };
  if (profile.preseed.length === 0) return [install];
  const input = `${profile.preseed.join("\n")}\n`;
  return [{ argv: ["debconf-set-selections"], input, timeoutSeconds: DEBCONF_SECONDS }, install];
}

/**
 * Installs the packages. They write files and run the generator themselves, so facts are collected again after it.
 * The package manager is never interrupted: half-configured packages and a half-written menu are worse than waiting.
 * Throws StepFailed; what it did until then, it did.
 */
export async function installPackages(
  machine: Machine,
  commands: NonEmpty<Command>,
  refresh: Command | null,
  ran: (command: Command, result: Ran) => void,
): Promise<void> {
  const run = async (command: Command) => {
    const result = await machine.run(command);
    ran(command, result);
    return result;
  };
  for (const [index, command] of commands.entries()) {
    let result = await run(command);
    const last = index === commands.length - 1;
    // a fresh machine has no package lists yet
    if (result.exitCode !== 0 && result.failure === null && last && refresh !== null) {
      const refreshed = await run(refresh);
      if (refreshed.exitCode === 0) result = await run(command);
    }
    if (result.exitCode === 0) continue;
    throw new StepFailed(`${command.argv.join(" ")}: ${result.failure ?? `ended with ${result.exitCode}`}`, {
      stderr: result.stderr,
      hint: "nothing of the boot configuration was changed by kdump-setup; install the packages by hand and run it again",
    });
  }
}
