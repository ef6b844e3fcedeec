import type { ByteText, NonEmpty, SourceFile } from "../types.js";
import { appendSplices, assignmentToExtend } from "./append-word.js";
import { changedTooMuch } from "./check-edit.js";
import { isCrashkernel, kindOf, PARAMETER } from "./kernel-cmdline.js";
import { locate } from "./provenance.js";
import { isName, type Quote, type Span } from "./shell-syntax.js";
import { type EditRefusal, placeOf, type Standing, type Survey, sourceKey, survey } from "./survey.js";
import { lineEnding, type Splice, splice } from "./text.js";

export type { EditRefusal };

export interface CommandLineEdit {
  /** in the order they stand on a normal entry's line, e.g. GRUB_CMDLINE_LINUX, GRUB_CMDLINE_LINUX_DEFAULT */
  readonly variables: NonEmpty<string>;
  /** where a new word goes when none stands anywhere; one of `variables` */
  readonly appendTo: string;
  /** wanted words, e.g. ["crashkernel=1G,high", "crashkernel=128M,low"]; [] takes every one out */
  readonly words: readonly string[];
  readonly shell: "dash" | "bash";
}

export interface EditedFile {
  readonly path: string;
  readonly text: ByteText;
  readonly why: readonly string[];
}

/**
 * A word that is not the parameter but contains it, so that the kernel finds it (kernel/crash_core.c,
 * get_last_crashkernel: a plain strstr). `wins`: it decides instead of ours.
 */
export interface Decoy {
  readonly path: string;
  readonly line: number;
  readonly word: string;
  readonly wins: boolean;
}

export type CommandLineEdited =
  | {
      readonly kind: "edited";
      /** only files whose bytes change */
      readonly files: readonly EditedFile[];
      /** values of `variables`, "" where not set */
      readonly before: Readonly<Record<string, string>>;
      readonly after: Readonly<Record<string, string>>;
      readonly decoys: readonly Decoy[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "refused"; readonly refusals: NonEmpty<EditRefusal> };

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

class Changes {
  readonly refusals: EditRefusal[] = [];
  private readonly splices = new Map<number, Splice[]>();
  private readonly why = new Map<number, string[]>();
  private readonly blanksTaken = new Set<string>();
  private readonly now: Survey;
  private readonly edit: CommandLineEdit;
  private anchor: Standing | null = null;
  private readonly removed = new Set<string>();

  constructor(now: Survey, edit: CommandLineEdit) {
    this.now = now;
    this.edit = edit;
  }

  decide(ineffectiveToo: boolean): void {
    const { words } = this.edit;
    const { effective, ineffective } = this.now;
    if (words.length === 0) {
      for (const standing of effective) this.takeOut(standing, "taken out");
      for (const standing of ineffective)
        if (ineffectiveToo && standing.located.kind === "written")
          this.takeOut(standing, "taken out (it had no effect: overwritten later)");
      return;
    }
    if (
      sameWords(
        effective.map(({ word }) => word),
        words,
      )
    )
      return;
    const [first] = effective;
    if (first === undefined) {
      this.append();
      return;
    }
    const anchor = winner(effective, words) ?? first;
    this.anchor = anchor;
    const others = effective.filter((standing) => standing !== anchor);
    const shared = others.find((standing) => sourceKey(standing.located) === sourceKey(anchor.located));
    if (shared !== undefined)
      this.refuse(anchor, `${anchor.word} stands here once but reaches the command line more than once`);
    for (const standing of others)
      this.takeOut(standing, "taken out, so that the parameter stands only once");
    if (words.length !== 1 || anchor.word !== words[0]) this.replace(anchor);
  }

  /** Word lists the variables must have afterwards; null when a word is appended (its place is not compared then). */
  expected(): ReadonlyMap<string, readonly string[]> | null {
    if (this.anchor === null && this.edit.words.length > 0) return null;
    const gone = new Set(
      this.now.effective
        .filter(({ located }) => this.removed.has(sourceKey(located)))
        .map(({ variable, index }) => `${variable} ${index}`),
    );
    return new Map(
      this.now.values.map(({ name, words }) => [
        name,
        words.flatMap(({ word }, index) => {
          if (this.anchor?.variable === name && this.anchor.index === index) return this.edit.words;
          return gone.has(`${name} ${index}`) ? [] : [word];
        }),
      ]),
    );
  }

  apply(): ReadonlyMap<number, EditedFile> | null {
    const edited = new Map<number, EditedFile>();
    for (const [index, splices] of this.splices) {
      const file = this.now.files[index];
      const text = file === undefined ? null : splice(file.text, splices);
      if (file === undefined || text === null) return null;
      edited.set(index, { path: file.path, text, why: this.why.get(index) ?? [] });
    }
    return edited;
  }

  firstPlace(): { path: string; line: number; column: number } {
    const [first] = [...this.splices.entries()].sort((a, b) => a[0] - b[0]);
    const offset =
      first?.[1].reduce((least, { start }) => Math.min(least, start), Number.MAX_SAFE_INTEGER) ?? 0;
    return this.now.places.at({ file: first?.[0] ?? 0, offset });
  }

  private refuse(standing: Standing, why: string): void {
    this.refusals.push({ ...this.now.places.at(placeOf(standing.located)), why });
  }

  private change(file: number, splices: readonly Splice[], why: string): void {
    const known = this.splices.get(file);
    if (known === undefined) this.splices.set(file, [...splices]);
    else for (const each of splices) known.push(each);
    const reasons = this.why.get(file);
    if (reasons === undefined) this.why.set(file, [why]);
    else reasons.push(why);
  }

  private takeOut(standing: Standing, how: string): void {
    const { located } = standing;
    if (located.kind === "nowhere") {
      this.refuse(standing, `${standing.word} in ${standing.variable} cannot be taken out: ${located.why}`);
      return;
    }
    const key = sourceKey(located);
    if (this.removed.has(key)) return;
    this.removed.add(key);
    const file = located.assigned.file;
    const cuts = located.cuts.map(({ start, end }) => ({ start, end, text: "" }));
    const blank = this.blankBeside(file, located.cuts, located.before, located.after);
    if (blank !== null) cuts.push({ ...blank, text: "" });
    this.change(file, cuts, `${standing.word} on line ${this.lineOf(standing)} ${how}`);
  }

  /** One blank goes with a word: one on the same line before one across a continuation, the one before it first. */
  private blankBeside(
    file: number,
    cuts: readonly Span[],
    before: Span | null,
    after: Span | null,
  ): Span | null {
    const free = (blank: Span | null): blank is Span =>
      blank !== null && !this.blanksTaken.has(`${file}:${blank.start}`);
    const touches = (blank: Span) => cuts.some((cut) => cut.start === blank.end || cut.end === blank.start);
    const candidates = [before, after].filter(free);
    const chosen = candidates.find(touches) ?? candidates[0] ?? null;
    if (chosen !== null) this.blanksTaken.add(`${file}:${chosen.start}`);
    return chosen;
  }

  private replace(standing: Standing): void {
    const { located } = standing;
    if (located.kind === "nowhere") {
      this.refuse(standing, `${standing.word} in ${standing.variable} cannot be changed: ${located.why}`);
      return;
    }
    const text = written(this.edit.words, located.quote);
    const splices = located.cuts.map(({ start, end }, index) => ({
      start,
      end,
      text: index === 0 ? text : "",
    }));
    const what = `${standing.word} on line ${this.lineOf(standing)} becomes ${this.edit.words.join(" ")}`;
    this.change(located.assigned.file, splices, what);
  }

  private append(): void {
    const { appendTo, words } = this.edit;
    const { files, values, places } = this.now;
    const text = words.join(" ");
    const final = values.find(({ name }) => name === appendTo)?.assigned ?? null;
    if (final === null) {
      const [main] = files;
      if (main === undefined) return;
      const eol = lineEnding(main.text);
      const line = `${appendTo}="${text}"`;
      const missing = main.text !== "" && !main.text.endsWith("\n");
      const end = main.text.length;
      this.change(
        0,
        [{ start: end, end, text: missing ? eol + line : line + eol }],
        `a new line sets ${appendTo} to ${text}`,
      );
      return;
    }
    const target = assignmentToExtend(final);
    const splices = target.word === null ? null : appendSplices(target.word, text);
    const at = { file: target.file, offset: target.word?.start ?? 0 };
    if (splices === null) {
      this.refusals.push({ ...places.at(at), why: `nothing can be appended to ${appendTo} here` });
      return;
    }
    const { line } = places.at(at);
    const replaces =
      target.file > 0 ? `; this file comes after ${files[0]?.path} and what it sets is what counts` : "";
    this.change(target.file, splices, `${text} is appended to ${appendTo} on line ${line}${replaces}`);
  }

  private lineOf(standing: Standing): number {
    return this.now.places.at(placeOf(standing.located)).line;
  }
}

/** Several words need quotes where none are. */
function written(words: readonly string[], quote: Quote): string {
  const text = words.join(" ");
  return quote === "bare" && words.length > 1 ? `"${text}"` : text;
}

/** The word the kernel goes by: for a pair the last ,high one, else the last plain one, else the last. */
function winner(effective: readonly Standing[], words: readonly string[]): Standing | undefined {
  const kinds = words.some((word) => kindOf(word) === "high")
    ? (["high", "plain"] as const)
    : (["plain"] as const);
  const backwards = [...effective].reverse();
  for (const kind of kinds) {
    const found = backwards.find(({ word }) => kindOf(word) === kind);
    if (found !== undefined) return found;
  }
  return backwards[0];
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  const sorted = [...b].sort();
  return a.length === b.length && [...a].sort().every((word, index) => word === sorted[index]);
}

function record(of: Survey): Readonly<Record<string, string>> {
  return Object.fromEntries(of.values.map(({ name, text }) => [name, text]));
}

function decoys(then: Survey, words: readonly string[]): readonly Decoy[] {
  const ours = new Set(words.map(kindOf));
  const found: Decoy[] = [];
  let passed = 0;
  for (const { words: onLine, assigned } of then.values)
    for (const { word, start, end } of onLine) {
      if (isCrashkernel(word)) passed++;
      else if (word.includes(PARAMETER) && assigned !== null) {
        const place = then.places.of(placeOf(locate(assigned, start, end, then.done.budget)));
        const kind = kindOf(word);
        // a plain parameter is looked for first and makes the kernel ignore ,high and ,low
        const wins =
          kind === "plain" && !ours.has("plain") ? true : ours.has(kind) && passed === words.length;
        found.push({ ...place, word, wins });
      }
    }
  return found;
}

function warnings(now: Survey, then: Survey, edit: CommandLineEdit): readonly string[] {
  const out: string[] = [];
  for (const standing of edit.words.length === 0 ? then.ineffective : now.ineffective) {
    const { path, line } = now.places.of(placeOf(standing.located));
    const what = edit.words.length === 0 ? "it was left there" : "it has no effect";
    out.push(`${path}:${line}: ${standing.word} in ${standing.variable} is overwritten later; ${what}`);
  }
  for (const { name, file, word } of now.done.unsure) {
    if (!edit.variables.includes(name)) continue;
    if (!now.files[file]?.text.slice(word.start, word.end).includes(PARAMETER)) continue;
    const { path, line } = now.places.of({ file, offset: word.start });
    out.push(
      `${path}:${line}: a crashkernel word stands in a part of the file that is not always carried out; it was left there`,
    );
  }
  for (const { name, text, words } of then.values)
    for (const { word, end } of words)
      if (isCrashkernel(word) && /[\t\n]/.test(text.charAt(end)))
        out.push(
          `${word} in ${name} is followed by a tab or a line end, up to which the kernel would read the value; GRUB makes a blank of a tab`,
        );
  for (const { name, text } of then.values)
    if (text.includes("\r"))
      out.push(
        `the value of ${name} contains a carriage return: a line of its file ends in CR LF, which a shell does not take off`,
      );
  return out;
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
