import type { SourceFile } from "../types.js";
import { type Interpretation, interpret } from "./interpret.js";
import {
  type CommandLineWord,
  endsInQuotes,
  isCrashkernel,
  PARAMETER,
  splitWords,
} from "./kernel-cmdline.js";
import { type Assigned, flatten, type Located, locate } from "./provenance.js";
import type { Shell } from "./shell-syntax.js";
import { Places } from "./text.js";

export interface EditRefusal {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

/** What one of the variables holds in the end. */
export interface FinalValue {
  readonly name: string;
  /** "" when it is not set */
  readonly text: string;
  readonly words: readonly CommandLineWord[];
  readonly assigned: Assigned | null;
}

/** A crashkernel word and where its characters stand. */
export interface Standing {
  readonly variable: string;
  readonly word: string;
  /** position among the words of its variable */
  readonly index: number;
  readonly located: Located;
}

/** Everything known about the command line the files build. */
export interface Survey {
  readonly files: readonly SourceFile[];
  readonly done: Interpretation;
  readonly places: Places;
  readonly values: readonly FinalValue[];
  /** reach the final value, in the order of the command line */
  readonly effective: readonly Standing[];
  /** are overwritten later */
  readonly ineffective: readonly Standing[];
  readonly refusals: readonly EditRefusal[];
}

/** Reads the files and finds every crashkernel word in `variables`, or why that is not certain. */
export function survey(files: readonly SourceFile[], variables: readonly string[], shell: Shell): Survey {
  const done = interpret(files, shell);
  const places = new Places(files);
  const refusals: EditRefusal[] = [];
  const refuse = (at: { file: number; offset: number }, why: string) => {
    const place = places.at(at);
    const said = refusals.some(
      (each) => each.path === place.path && each.line === place.line && each.why === why,
    );
    if (!said) refusals.push({ ...place, why });
  };
  for (const stop of done.stops) refuse(stop, stop.why);
  const values: FinalValue[] = [];
  const effective: Standing[] = [];
  for (const name of variables) {
    const binding = done.binding(name);
    if (binding.kind === "unknown") {
      refuse(binding.because, binding.because.why);
      continue;
    }
    const assigned = binding.kind === "known" ? binding.assigned : null;
    const text = assigned === null ? "" : flatten(assigned, done.budget);
    const at = { file: assigned?.file ?? 0, offset: assigned?.word?.start ?? 0 };
    if (text === null) {
      refuse(at, `${name} is too long to work out`);
      continue;
    }
    if (endsInQuotes(text))
      refuse(at, `a quote in the value of ${name} is not closed, which GRUB does not accept`);
    const words = splitWords(text);
    values.push({ name, text, words, assigned });
    words.forEach(({ word, start, end }, index) => {
      if (assigned !== null && isCrashkernel(word))
        effective.push({ variable: name, word, index, located: locate(assigned, start, end, done.budget) });
    });
  }
  const ineffective = overwritten(files, done, variables, effective);
  if (done.budget.exhausted) refuse({ file: 0, offset: 0 }, "the files are too long to work out");
  return { files, done, places, values, effective, ineffective, refusals };
}

/** Words of assignments to `variables` that do not reach the final value. */
function overwritten(
  files: readonly SourceFile[],
  done: Interpretation,
  variables: readonly string[],
  effective: readonly Standing[],
): readonly Standing[] {
  const counted = new Set(effective.map(({ located }) => sourceKey(located)));
  const found: Standing[] = [];
  for (const assigned of done.assignments) {
    const { word, name } = assigned;
    if (word === null || !variables.includes(name)) continue;
    if (!files[assigned.file]?.text.slice(word.start, word.end).includes(PARAMETER)) continue;
    const text = flatten(assigned, done.budget);
    if (text === null) return found;
    splitWords(text).forEach((each, index) => {
      if (!isCrashkernel(each.word)) return;
      const located = locate(assigned, each.start, each.end, done.budget);
      const key = sourceKey(located);
      if (located.assigned !== assigned || counted.has(key)) return;
      counted.add(key);
      found.push({ variable: name, word: each.word, index, located });
    });
  }
  return found;
}

/** The same for words whose characters stand at the same place. */
export function sourceKey(located: Located): string {
  const first = located.kind === "written" ? located.cuts[0]?.start : undefined;
  return `${located.assigned.file}:${first ?? `word ${located.assigned.word?.start ?? 0}`}`;
}

/** Offset to show for a word: where it stands, else the assignment it is in. */
export function placeOf(located: Located): { file: number; offset: number } {
  const first = located.kind === "written" ? located.cuts[0]?.start : undefined;
  return { file: Math.max(located.assigned.file, 0), offset: first ?? located.assigned.word?.start ?? 0 };
}
