import { collectReservation } from "../facts/collect.js";
import type { Machine } from "../machine/machine.js";
import type { Command, Shrink } from "../types.js";
import { type RanCommand, ranCommand } from "./apply.js";

export interface Shrunk {
  /** what the kernel says before and after, and not what it was told */
  readonly reservedBytes: number;
  readonly releasedBytes: number;
  readonly commands: readonly RanCommand[];
  /** why the memory is still reserved, in full or in part; null where all of it came back */
  readonly kept: string | null;
  /** a capture kernel was loaded, or something stays reserved for one, and none is loaded now */
  readonly unarmed: string | null;
}

/** Gives memory back at once, as far as the kernel does it. Throws nothing: what did not happen is in the answer. */
export async function shrinkReservation(machine: Machine, shrink: Shrink): Promise<Shrunk> {
  const commands: RanCommand[] = [];
  const run = async (command: Command | null): Promise<string | null> => {
    if (command === null) return null;
    const ran = await machine.run(command);
    commands.push(ranCommand(command, ran));
    if (ran.exitCode === 0) return null;
    return `${command.argv.join(" ")}: ${ran.failure ?? `ended with ${ran.exitCode}`}`;
  };
  const unloadFailed = await run(shrink.unload);
  const refused = told(() => machine.keepReserved(shrink.toBytes));
  const failed = await run(shrink.load ?? shrink.stop);
  const { reservedBytes, loaded } = collectReservation(machine);
  const left = reservedBytes ?? shrink.fromBytes;
  const unarmed =
    shrink.load !== null && loaded !== true ? (failed ?? "the service says nothing is wrong") : null;
  return {
    reservedBytes: left,
    releasedBytes: Math.max(0, shrink.fromBytes - left),
    commands,
    kept:
      left > shrink.toBytes ? (refused ?? unloadFailed ?? "the kernel took the number and kept it") : null,
    unarmed,
  };
}

function told(tell: () => void): string | null {
  try {
    tell();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
