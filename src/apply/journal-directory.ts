import templates from "virtual:templates";
import type { Machine } from "../machine/machine.js";
import { JOURNAL_DIRECTORY, JournalError, runDirectory } from "./journal.js";

/** Makes the run's directory. */
export async function ensureJournal(machine: Machine, id: string): Promise<void> {
  await ensureJournalDirectory(machine);
  machine.makeDirectory(runDirectory(id), 0o700);
}

/** On the first run, with a word for whoever finds it. */
export async function ensureJournalDirectory(machine: Machine): Promise<void> {
  machine.makeDirectory(JOURNAL_DIRECTORY, 0o700);
  const stat = machine.stat(JOURNAL_DIRECTORY);
  if (stat?.type !== "directory" || (stat.mode & 0o022) !== 0) {
    throw new JournalError(`${JOURNAL_DIRECTORY} is no directory that only its owner can write to`);
  }
  const readme = `${JOURNAL_DIRECTORY}/README`;
  const text = templates["README.journal"];
  if (text !== undefined && machine.lstat(readme) === null) await machine.replace(readme, text, 0o600);
}
