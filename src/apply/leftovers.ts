import type { Machine } from "../machine/machine.js";
import type { JournalRecord } from "./journal.js";
import { removeCandidate } from "./regenerate.js";

/**
 * Removes what runs left beside the files they worked on: a killed run's temporary files, and the second names of old
 * configurations once the machine has booted since (until then GRUB, which replays no journal, may still see them).
 */
export function removeLeftovers(
  machine: Machine,
  records: readonly JournalRecord[],
  bootId: string | null,
): void {
  for (const record of records) {
    const killed = record.state === "open";
    const booted = machine.image || (bootId !== null && record.bootId !== null && bootId !== record.bootId);
    for (const step of record.steps) {
      if (killed && step.kind === "file") machine.remove(machine.temporaryName(step.target));
      if (killed && step.kind === "config") removeCandidate(machine, step.candidate);
      if (booted && step.kind === "config") machine.remove(`${step.path}.kdump-setup-${record.id}`);
    }
  }
}
