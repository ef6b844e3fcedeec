import type { Machine } from "../machine/machine.js";
import type { JournalRecord } from "./journal.js";
import { candidateNames, secondName } from "./regenerate.js";

/**
 * Removes what runs left beside the files they worked on: a killed run's temporary files, and the second names of old
 * configurations once the machine has booted since (until then GRUB, which replays no journal, may still see them).
 */
export function removeLeftovers(
  machine: Machine,
  records: readonly JournalRecord[],
  bootId: string | null,
): void {
  for (const path of records.flatMap((record) => leftoversOf(machine, record, bootId))) {
    if (machine.lstat(path) !== null) machine.remove(path);
  }
}

function leftoversOf(machine: Machine, record: JournalRecord, bootId: string | null): readonly string[] {
  const killed = record.state === "open";
  const booted = machine.image || (bootId !== null && record.bootId !== null && bootId !== record.bootId);
  return record.steps.flatMap((step) => {
    if (step.kind === "file") return killed ? [machine.temporaryName(step.target)] : [];
    if (step.kind !== "config") return [];
    const old = booted ? [secondName(step.path, record.id)] : [];
    return killed ? [...candidateNames(step.candidate), ...old] : old;
  });
}
