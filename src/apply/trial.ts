/** The trial that is under way, or how the last one ended. */
import type { Machine, Reader } from "../machine/machine.js";
import { JOURNAL_DIRECTORY, type JournalRecord, type JournalStep, readJournal } from "./journal.js";

const FILE = `${JOURNAL_DIRECTORY}/trial.json`;

export interface TrialResult {
  /** the run that set it up */
  readonly run: string;
  /** the crashkernel words that were tried */
  readonly words: readonly string[];
  readonly kept: boolean;
  /** one sentence: what came up, or did not */
  readonly why: string;
  /** ISO 8601, UTC */
  readonly at: string;
}

export interface Trial {
  /** set up and not ended; null: none is under way */
  readonly armed: JournalRecord | null;
  readonly last: TrialResult | null;
}

/** Throws RefusedError where the journal may not be looked into. */
export function readTrial(reader: Reader): Trial {
  const armed = readJournal(reader).records.find(({ command }) => command === "try");
  return { armed: armed?.state === "applied" ? armed : null, last: readResult(reader) };
}

export async function saveTrialResult(machine: Machine, result: TrialResult): Promise<void> {
  const text = `${JSON.stringify(result, null, 1)}\n`;
  await machine.replace(FILE, Buffer.from(text, "utf8").toString("latin1"), 0o600);
}

/** Of the run that set a trial up, what is about the one boot: all but the service and the dump's settings. */
export function ofTheBoot(record: JournalRecord, unit: string, paths: readonly string[]): JournalRecord {
  const about = (step: JournalStep): boolean => {
    if (step.kind === "file") return paths.includes(step.path);
    if (step.kind === "unit") return step.unit === unit;
    return step.kind === "runtime" && step.unloadedToo === true;
  };
  return { ...record, steps: record.steps.filter(about) };
}

function readResult(reader: Reader): TrialResult | null {
  const text = reader.readText(FILE);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isResult(value) ? value : null;
  } catch {
    return null;
  }
}

function isResult(value: unknown): value is TrialResult {
  if (typeof value !== "object" || value === null) return false;
  const { run, words, kept, why, at } = value as Record<string, unknown>;
  return (
    typeof run === "string" &&
    Array.isArray(words) &&
    words.every((word) => typeof word === "string") &&
    typeof kept === "boolean" &&
    typeof why === "string" &&
    typeof at === "string"
  );
}
