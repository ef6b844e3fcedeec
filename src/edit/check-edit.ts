import type { Binding, Interpretation } from "./interpret.js";
import { isCrashkernel, splitWords } from "./kernel-cmdline.js";
import { flatten } from "./provenance.js";
import type { Survey } from "./survey.js";
import { lineEnding } from "./text.js";

/**
 * Belt and braces: reads the edited files anew and compares. null when the command line is the old one with exactly
 * the wanted words and no other variable changed; otherwise the reason to refuse the edit.
 */
export function changedTooMuch(
  now: Survey,
  then: Survey,
  wanted: readonly string[],
  expected: ReadonlyMap<string, readonly string[]> | null,
): string | null {
  const why = difference(now, then, wanted, expected);
  if (why === null || now.files.every(({ text }) => lineEnding(text) === "\n")) return why;
  return `the lines end in CR LF, and a shell makes the carriage return part of the value (${why}); convert the file to plain line ends first`;
}

function difference(
  now: Survey,
  then: Survey,
  wanted: readonly string[],
  expected: ReadonlyMap<string, readonly string[]> | null,
): string | null {
  const [refusal] = then.refusals;
  if (refusal !== undefined) return `after the edit: ${refusal.why}`;
  const crash: string[] = [];
  for (const [index, after] of then.values.entries()) {
    const before = now.values[index];
    const words = after.words.map(({ word }) => word);
    for (const word of words) if (isCrashkernel(word)) crash.push(word);
    const should = expected?.get(after.name);
    if (should !== undefined && !equal(words.filter(isMeant), should.filter(isMeant)))
      return `${after.name} would not get the intended words`;
    if (!equal(others(words), others(before?.words.map(({ word }) => word) ?? [])))
      return `other words of ${after.name} would change`;
  }
  if (!equal(crash, wanted)) return `the command line would carry ${JSON.stringify(crash.join(" "))}`;
  const variables = new Set(then.values.map(({ name }) => name));
  for (const name of new Set([...now.done.names, ...then.done.names]))
    if (!variables.has(name) && !sameValue(now.done, then.done, name)) return `${name} would change too`;
  return now.done.budget.exhausted || then.done.budget.exhausted ? "the files are too long to compare" : null;
}

function sameValue(now: Interpretation, then: Interpretation, name: string): boolean {
  const before = now.binding(name);
  const after = then.binding(name);
  if (before.kind !== after.kind) return false;
  if (before.kind !== "known") return true;
  const old = textOf(before, now);
  const fresh = textOf(after, then);
  if (old === fresh) return true;
  // a variable the command line is built from loses or changes the word itself, and only that
  const word = splitWords(old).some((each) => isCrashkernel(each.word));
  return word && equal(others(wordsOf(old)), others(wordsOf(fresh)));
}

function textOf(binding: Binding, done: Interpretation): string {
  return binding.kind === "known" ? (flatten(binding.assigned, done.budget) ?? "") : "";
}

function wordsOf(text: string): readonly string[] {
  return splitWords(text).map(({ word }) => word);
}

function others(words: readonly string[]): readonly string[] {
  return words.filter((word) => !isCrashkernel(word) && isMeant(word));
}

/** A CR by itself is a line's end that a shell made part of the value; the kernel takes it for white space. */
function isMeant(word: string): boolean {
  return word !== "\r";
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
