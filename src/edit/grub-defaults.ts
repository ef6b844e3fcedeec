import type { SourceFile } from "../types.js";
import { Changes } from "./changes.js";
import { changedTooMuch } from "./check-edit.js";
import type { CommandLineEdit, CommandLineEdited, Decoy, EditedFile } from "./command-line-edit.js";
import { decoys, warnings } from "./remarks.js";
import { isName } from "./shell-syntax.js";
import { type EditRefusal, placeOf, type Standing, type Survey, survey } from "./survey.js";

export type { CommandLineEdit, CommandLineEdited, Decoy, EditedFile, EditRefusal };

export interface FoundWord {
  readonly path: string;
  readonly line: number;
  readonly variable: string;
  readonly word: string;
  /** false: overwritten later, does not reach the command line */
  readonly effective: boolean;
}

/** What a crashkernel word may consist of: nothing that any shell, quoting or GRUB would treat specially. */
const SAFE_WORD = /^crashkernel=[0-9A-Za-z,:@.+-]+$/;

const MAX_ROUNDS = 8;

/**
 * Makes the command line that `files` build carry exactly `edit.words` and nothing else different.
 * `files` in the order the generator sources them. Pure; never throws; every reason for a refusal at once.
 */
export function editCommandLine(files: readonly SourceFile[], edit: CommandLineEdit): CommandLineEdited {
  const misuse = unusable(files, edit);
  if (misuse !== null) return refused(files[0]?.path ?? "", misuse);
  const now = survey(files, edit.variables, edit.shell);
  const [first, ...rest] = now.refusals;
  if (first !== undefined) return { kind: "refused", refusals: [first, ...rest] };
  let attempt = tryEdit(now, edit, true);
  // words without effect are taken out only where that changes nothing else
  if (attempt.kind === "refused" && edit.words.length === 0) attempt = tryEdit(now, edit, false);
  if (attempt.kind === "refused") return attempt;
  let { edited, after: then } = attempt;
  // a word that is gone can make another one a word of its own
  for (let round = 0; round < MAX_ROUNDS && edit.words.length === 0 && then.ineffective.length > 0; round++) {
    const again = tryEdit(then, edit, true);
    if (again.kind === "refused" || again.edited.size === 0) break;
    edited = merged(edited, again.edited);
    then = again.after;
  }
  return {
    kind: "edited",
    files: [...edited.entries()].sort(([a], [b]) => a - b).map(([, file]) => file),
    before: record(now),
    after: record(then),
    decoys: decoys(then, edit.words),
    warnings: warnings(now, then, edit),
  };
}

type Attempt =
  | { readonly kind: "edited"; readonly edited: ReadonlyMap<number, EditedFile>; readonly after: Survey }
  | Extract<CommandLineEdited, { kind: "refused" }>;

/** Decides, edits and proves; changed files by their index. */
function tryEdit(now: Survey, edit: CommandLineEdit, ineffectiveToo: boolean): Attempt {
  const changes = new Changes(now, edit);
  changes.decide(ineffectiveToo);
  const [problem, ...more] = changes.refusals;
  if (problem !== undefined) return { kind: "refused", refusals: [problem, ...more] };
  const edited = changes.apply();
  if (edited === null) return refused(now.files[0]?.path ?? "", "two changes would touch the same bytes");
  if (edited.size === 0) return { kind: "edited", edited, after: now };
  const files = now.files.map((file, index) => ({
    path: file.path,
    text: edited.get(index)?.text ?? file.text,
  }));
  const then = survey(files, edit.variables, edit.shell);
  const wrong = changedTooMuch(now, then, edit.words, changes.expected());
  if (wrong !== null) return { kind: "refused", refusals: [{ ...changes.firstPlace(), why: wrong }] };
  return { kind: "edited", edited, after: then };
}

function merged(first: ReadonlyMap<number, EditedFile>, second: ReadonlyMap<number, EditedFile>) {
  const all = new Map(first);
  for (const [index, file] of second)
    all.set(index, { ...file, why: [...(first.get(index)?.why ?? []), ...file.why] });
  return all;
}

/** Every crashkernel word in assignments to the variables, for a report; `refusals` say what is not certain. */
export function findCrashkernel(
  files: readonly SourceFile[],
  options: { readonly variables: readonly string[]; readonly shell: "dash" | "bash" },
): { readonly words: readonly FoundWord[]; readonly refusals: readonly EditRefusal[] } {
  const now = survey(files, options.variables, options.shell);
  const found = (effective: boolean) => (standing: Standing) => ({
    ...now.places.of(placeOf(standing.located)),
    variable: standing.variable,
    word: standing.word,
    effective,
  });
  return {
    words: [...now.effective.map(found(true)), ...now.ineffective.map(found(false))],
    refusals: now.refusals,
  };
}

function record(of: Survey): Readonly<Record<string, string>> {
  return Object.fromEntries(of.values.map(({ name, text }) => [name, text]));
}

function unusable(files: readonly SourceFile[], edit: CommandLineEdit): string | null {
  const odd = [...edit.variables, edit.appendTo].find((name) => !isName(name));
  if (odd !== undefined) return `"${odd.slice(0, 40)}" is no variable name`;
  if (new Set(edit.variables).size !== edit.variables.length) return "a variable is named twice";
  if (!edit.variables.includes(edit.appendTo)) return `${edit.appendTo} is not on the command line`;
  const unsafe = edit.words.find((word) => !SAFE_WORD.test(word));
  if (unsafe !== undefined) return `"${unsafe.slice(0, 40)}" is not written into a file that a shell reads`;
  if (new Set(edit.words).size !== edit.words.length) return "a wanted word is named twice";
  if (files.length === 0 && edit.words.length > 0) return "there is no file to write into";
  return null;
}

function refused(path: string, why: string): Extract<CommandLineEdited, { kind: "refused" }> {
  return { kind: "refused", refusals: [{ path, line: 1, column: 1, why }] };
}
