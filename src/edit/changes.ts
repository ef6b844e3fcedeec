import { appendSplices, assignmentToExtend } from "./append-word.js";
import type { CommandLineEdit, EditedFile } from "./command-line-edit.js";
import type { Quote, Span } from "./shell-syntax.js";
import { type EditRefusal, placeOf, type Standing, type Survey, sourceKey } from "./survey.js";
import { lineEnding, type Splice, splice } from "./text.js";
import { winner } from "./winning-word.js";

/** Decides which bytes change for a wish, and why; `refusals` says what cannot be done. */
export class Changes {
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
    const { cuts, returns } = this.withoutReturn(located.assigned.file, located.cuts);
    const text = written(this.edit.words, located.quote, returns);
    const splices = cuts.map(({ start, end }, index) => ({
      start,
      end,
      text: index === 0 ? text : "",
    }));
    const what = `${standing.word} on line ${this.lineOf(standing)} becomes ${this.edit.words.join(" ")}`;
    this.change(located.assigned.file, splices, what);
  }

  /** In a line that ends in CR LF the CR is part of the word; it stays, a blank apart from the new one. */
  private withoutReturn(file: number, cuts: readonly Span[]): { cuts: readonly Span[]; returns: boolean } {
    const last = cuts[cuts.length - 1];
    const text = this.now.files[file]?.text ?? "";
    if (last === undefined || text.slice(last.end - 1, last.end + 1) !== "\r\n")
      return { cuts, returns: false };
    const kept = { start: last.start, end: last.end - 1 };
    return { cuts: [...cuts.slice(0, -1), ...(kept.end > kept.start ? [kept] : [])], returns: true };
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
      // a shell makes the CR part of the value: kept apart from the word by a blank
      const line = eol === "\r\n" ? `${appendTo}="${text} "` : `${appendTo}="${text}"`;
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
function written(words: readonly string[], quote: Quote, returns: boolean): string {
  const text = words.join(" ") + (returns ? " " : "");
  return quote === "bare" && text.includes(" ") ? `"${text}"` : text;
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  const sorted = [...b].sort();
  return a.length === b.length && [...a].sort().every((word, index) => word === sorted[index]);
}
