import { type JournalRecord, type JournalStep, readJournal } from "../apply/journal.js";
import { EXIT } from "../errors.js";
import { openReader } from "../machine/reader.js";
import { type Output, printable } from "../ui/output.js";
import { showTested } from "./crash-test.js";
import { JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { HistoryRequest } from "./request.js";
import { lastTest } from "./tested.js";

/** Who changed what, when and why, newest first. Needs the right to read the journal, and no profile. */
export function history(request: HistoryRequest, output: Output): Outcome {
  const reader = openReader(request.root);
  const { records, damaged } = readJournal(reader);
  const tested = lastTest(reader);
  showTested(output, tested);
  if (records.length === 0 && damaged.length === 0)
    output.result("No run of kdump-setup has changed anything here.");
  for (const record of records) output.result(printable(describe(record).join("\n")));
  for (const { id, why } of damaged) output.result(printable(`${id}  cannot be read: ${why}`));
  const runs = records.map((record) => ({
    id: record.id,
    command: record.command,
    state: record.state,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    user: record.user,
    version: record.version,
    words: record.words,
    takesBack: record.takesBack,
    packages: record.packages,
    changed: record.steps.map(changeOf),
  }));
  return {
    exit: EXIT.ok,
    document: { schema: JSON_SCHEMA, command: "history", runs, damaged, test: tested?.document ?? null },
  };
}

const STATES: Readonly<Record<JournalRecord["state"], string>> = {
  open: "interrupted: kdump-setup rollback mends it",
  applied: "applied",
  "rolled-back": "failed, put back by itself",
  stuck: "failed, not everything put back",
  "taken-back": "taken back",
};

function describe(record: JournalRecord): readonly string[] {
  const packages = record.packages.length === 0 ? [] : [`    installed ${record.packages.join(" ")}`];
  return [
    `${record.id}  ${what(record)}`,
    `    ${record.startedAt} by ${record.user}: ${STATES[record.state]}`,
    ...packages,
    ...record.steps.map((step) => `    ${changeOf(step).what}: ${step.why}`),
    ...(record.steps.length === 0 ? record.why.map((why) => `    ${why}`) : []),
  ];
}

function what(record: JournalRecord): string {
  if (record.command === "rollback") return `took back ${record.takesBack ?? "a run"}`;
  if (record.command === "try") return `set up a boot on trial with ${record.words.join(" ")}`;
  if (record.command === "disable") return "took the reservation out";
  if (record.words.length === 0) return "changed the dump's settings";
  return `set ${record.words.join(" ")}`;
}

function changeOf(step: JournalStep): { readonly kind: string; readonly what: string; readonly why: string } {
  const { kind, why } = step;
  switch (step.kind) {
    case "file":
    case "config":
      return { kind, what: step.path, why };
    case "unit":
      return { kind, what: step.action === null ? step.unit : `${step.action} ${step.unit}`, why };
    case "runtime":
      return { kind, what: step.command.argv.join(" "), why };
    default:
      return step satisfies never;
  }
}
