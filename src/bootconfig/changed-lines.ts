import { diffArrays } from "../diff/sequences.js";
import { shown } from "./finding.js";
import type { Statement } from "./grub-script.js";

/** What differs between two lists of lines: the lines, in order, as far as they were looked at. */
export interface Changes {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** The diff's time grows with length times difference: past these, lines are counted without their order. */
const MAX_LINES = 1000;
const MAX_EDITS = 400;

/** Differences between two lists. A line that only moved stands in both parts. */
export function changesBetween(before: readonly string[], after: readonly string[]): Changes {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  const old = before.slice(start, before.length - end);
  const now = after.slice(start, after.length - end);
  if (old.length === 0 || now.length === 0) return { removed: old, added: now };
  if (old.length <= MAX_LINES && now.length <= MAX_LINES) {
    const parts = diffArrays(old, now, { maxEditLength: MAX_EDITS });
    if (parts !== undefined) {
      return {
        removed: parts.flatMap((part) => (part.removed ? part.value : [])),
        added: parts.flatMap((part) => (part.added ? part.value : [])),
      };
    }
  }
  const removed = without(old, now);
  const added = without(now, old);
  return removed.length + added.length > 0 ? { removed, added } : { removed: old, added: now };
}

/** `all` with each element of `taken` taken out once */
function without(all: readonly string[], taken: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of taken) left.set(line, (left.get(line) ?? 0) + 1);
  return all.filter((line) => {
    const n = left.get(line) ?? 0;
    if (n > 0) left.set(line, n - 1);
    return n === 0;
  });
}

/** Words are kept apart by NUL: `set a="b c"` and `set a=b c` are not the same line. */
const GAP = "\0";

/** A statement as one comparable line; blanks and quoting that change nothing do not show. */
export const lineOf = (statement: Statement): string => statement.words.map((w) => w.text).join(GAP);

/** The first removed and the first added line, for a message: `-set lang=de_DE +set lang=C`. */
export function example(changes: Changes): string {
  const show = (sign: string, line: string | undefined): string[] =>
    line === undefined ? [] : [`${sign}${shown(line.replaceAll(GAP, " ").trim(), 80)}`];
  return [...show("-", changes.removed[0]), ...show("+", changes.added[0])].join(" ");
}
