import type { JournalRecord } from "../apply/journal.js";
import { writtenWords } from "../plan/words.js";
import type { Facts } from "../types.js";
import type { CrashkernelWords } from "./input.js";

/** A run of this program, as far as it tells who did what to the value that stands there. */
export interface Author {
  readonly run: string;
  readonly user: string;
  /** ISO 8601, UTC */
  readonly at: string;
  /** what that run made the value; [] where it took it out */
  readonly words: readonly string[];
  /** is that what stands there now? null: what stands there is not known */
  readonly stands: boolean | null;
}

export interface Authorship {
  /** the newest run that set the value and was not taken back; null: there is none */
  readonly author: Author | null;
  /** a run that did not come to its end, or could not put back everything; null: there is none */
  readonly unfinished: JournalRecord | null;
}

/** What the journal knows of the configured crashkernel=. `records`: newest first. Pure. */
export function authorship(
  records: readonly JournalRecord[],
  { grub }: Facts,
  configured: CrashkernelWords["configured"],
): Authorship {
  const sources = [grub.defaults, ...grub.dropIns].map(({ path }) => path);
  // a run that found the value as wished, or changed the dump's settings only, did not set it
  const sets = ({ command, state, steps }: JournalRecord) =>
    command !== "rollback" &&
    command !== "try" &&
    state === "applied" &&
    steps.some((step) => step.kind === "file" && sources.includes(step.path));
  const record = records.find(sets);
  // what a script of the generator adds by itself is nobody's wish
  const own =
    configured.kind === "known"
      ? configured.words.slice(grub.scriptWords.length).map(({ word }) => word)
      : null;
  return {
    author:
      record === undefined
        ? null
        : {
            run: record.id,
            user: record.user,
            at: record.startedAt,
            words: record.words,
            stands: own === null ? null : writtenWords(grub, record.words).join(" ") === own.join(" "),
          },
    unfinished: records.find(({ state }) => state === "open" || state === "stuck") ?? null,
  };
}
