/** `dumps --prune N`: what would go, and taking it away. */
import { aboutBytes } from "../crashkernel/size.js";
import { EXIT } from "../errors.js";
import type { SavedDump } from "../facts/dumps.js";
import type { Machine } from "../machine/machine.js";
import { type Prune, planPrune } from "../plan/prune.js";
import { type Output, printable } from "../ui/output.js";
import { showWarnings } from "../ui/show.js";
import type { Seen } from "./dumps.js";
import type { Outcome } from "./outcome.js";

export interface ProposedPrune {
  readonly prune: Prune<SavedDump>;
  readonly changes: boolean;
  readonly document: Readonly<Record<string, unknown>>;
}

/** Shows what goes, with sizes, and what stays although it is old enough. */
export function proposePrune(output: Output, { directory, found }: Seen, count: number): ProposedPrune {
  const prune = planPrune(found.kind === "dumps" ? found.dumps : [], count);
  const { remove, left } = prune;
  showWarnings(output, [
    ...(found.kind === "unreadable" ? [`${directory.path} cannot be read: ${found.why}`] : directory.notes),
    ...left.map(({ dump, why }) => `${dump.directory} is left alone: ${why}`),
  ]);
  if (remove.length === 0) output.result(`Nothing to remove in ${printable(directory.path)}.`);
  else output.result(`To be removed, ${aboutBytes(total(remove))}:`);
  for (const dump of remove) output.result(`  ${describe(dump)}`);
  return {
    prune,
    changes: remove.length > 0,
    document: {
      result: remove.length > 0 ? "planned" : "unchanged",
      changed: false,
      remove: remove.map(short),
      left: left.map(({ dump, why }) => ({ ...short(dump), why })),
    },
  };
}

function describe({ directory, totalBytes, state, panic }: SavedDump): string {
  const what = state === "saved" ? "" : state === "incomplete" ? ", incomplete" : ", no dump in it";
  const why = panic === null ? "" : `: ${panic}`;
  return printable(`${directory}  ${aboutBytes(totalBytes)}${what}${why}`).replace(/\n/g, " ");
}

export function askedWith({ prune: { remove } }: ProposedPrune): string {
  return `Remove ${remove.length === 1 ? "this one" : `these ${remove.length}`}, for good?`;
}

/** Whatever happens in between, what was removed and what was not is told. */
export function carryOutPrune(
  output: Output,
  machine: Machine,
  { prune: { remove } }: ProposedPrune,
  document: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Outcome {
  const removed: SavedDump[] = [];
  const notRemoved: { readonly dump: SavedDump; readonly why: string }[] = [];
  for (const dump of remove) {
    if (signal.aborted) notRemoved.push({ dump, why: "interrupted" });
    else
      try {
        machine.removeDirectory(dump.directory, dump.files);
        removed.push(dump);
      } catch (error) {
        notRemoved.push({ dump, why: error instanceof Error ? error.message : String(error) });
      }
  }
  if (removed.length > 0)
    output.result(
      `Removed ${removed.length === 1 ? "1 dump" : `${removed.length} dumps`}, ${aboutBytes(total(removed))}.`,
    );
  const done = {
    ...document,
    result: notRemoved.length === 0 ? "applied" : removed.length > 0 ? "stuck" : "refused",
    changed: removed.length > 0,
    removed: removed.map(short),
    freedBytes: total(removed),
    notRemoved: notRemoved.map(({ dump, why }) => ({ ...short(dump), why })),
  };
  if (notRemoved.length === 0) return { exit: EXIT.ok, document: done };
  const exit = removed.length > 0 ? EXIT.stuck : EXIT.rolledBack;
  const message = notRemoved.map(({ dump, why }) => `${dump.directory} was not removed: ${why}`).join("\n");
  output.error(output.style.red(printable(message)));
  return { exit, document: { ...done, error: { message, exitCode: exit } } };
}

function short({ name, directory, totalBytes }: SavedDump) {
  return { name, directory, bytes: totalBytes };
}

function total(dumps: readonly SavedDump[]): number {
  return dumps.reduce((sum, dump) => sum + dump.totalBytes, 0);
}
