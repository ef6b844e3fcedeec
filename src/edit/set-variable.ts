import type { ByteText, NonEmpty, SourceFile } from "../types.js";
import { interpret } from "./interpret.js";
import { flatten } from "./provenance.js";
import { isName, type Shell, type Span, type Word } from "./shell-syntax.js";
import type { EditRefusal } from "./survey.js";
import { lineEnding, Places, splice } from "./text.js";

export type VariableSet =
  | { readonly kind: "edited"; readonly text: ByteText }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly refusals: NonEmpty<EditRefusal> };

/** Characters that mean the same to a shell and to systemd's EnvironmentFile= (systemd.exec(5)) without quotes. */
const PLAIN = /^[A-Za-z0-9_./:,=@%+-]+$/;

/**
 * Gives one variable of a shell-like file (also read by systemd as EnvironmentFile) a value: where and how its last
 * assignment is quoted stays; without one, a line after the commented-out example, else at the end. `value` is a byte
 * string and is written so that no shell expands anything in it. Pure, never throws.
 */
export function setVariable(
  file: SourceFile,
  name: string,
  value: string,
  options: { readonly shell: Shell },
): VariableSet {
  const places = new Places([file]);
  const refuse = (offset: number, why: string): VariableSet => ({
    kind: "refused",
    refusals: [{ ...places.at({ file: 0, offset }), why }],
  });
  if (!isName(name)) return refuse(0, `"${name.slice(0, 40)}" is no variable name`);
  if (/[\0\n\r]/.test(value)) return refuse(0, `the value for ${name} contains a line end or a NUL byte`);
  const now = interpret([file], options.shell);
  const ends = now.stops.filter(({ kind }) => kind !== "errexit");
  const [first, ...rest] = ends.map((stop) => ({ ...places.at(stop), why: stop.why }));
  if (first !== undefined) return { kind: "refused", refusals: [first, ...rest] };
  const binding = now.binding(name);
  const mayBeSet = now.unsure.some((unsure) => unsure.name === name);
  if (binding.kind === "unknown" && (mayBeSet || now.names.includes(name) || binding.because.offset > 0))
    return refuse(binding.because.offset, binding.because.why);
  const assigned = binding.kind === "known" ? binding.assigned : null;
  if (assigned !== null && flatten(assigned, now.budget) === value) return { kind: "unchanged" };
  let change: Span & { readonly text: string };
  if (assigned?.word != null) {
    if (file.text.charAt(assigned.word.end - 1) === "\r")
      return refuse(assigned.word.end - 1, carriageReturn(name));
    if (assigned.append) return refuse(assigned.word.start, `${name} is put together with +=`);
    if (assigned.word.segments.length === 0 && assigned.word.start !== assigned.word.end)
      return refuse(assigned.word.start, `${name} is set inside an expansion`);
    change = {
      start: assigned.word.start,
      end: assigned.word.end,
      text: quoted(value, styleOf(assigned.word)),
    };
  } else change = newLine(file.text, now.scripts[0]?.comments ?? [], name, value);
  const text = splice(file.text, [change]) ?? file.text;
  const problem = check(file, text, name, value, options.shell);
  return problem === null ? { kind: "edited", text } : refuse(change.start, problem);
}

type Style = "bare" | "single" | "double";

function styleOf(word: Word): Style {
  return word.segments[0]?.quote ?? "bare";
}

function quoted(value: string, style: Style): string {
  if (style === "bare" && PLAIN.test(value)) return value;
  const special = /["$`\\]/.test(value);
  if (!value.includes("'") && (style === "single" || special)) return `'${value}'`;
  return `"${value.replace(/["$`\\]/g, "\\$&")}"`;
}

/** The new line goes after the last commented-out example of the variable, else at the end. */
function newLine(
  text: ByteText,
  comments: readonly Span[],
  name: string,
  value: string,
): Span & { text: string } {
  const eol = lineEnding(text);
  const line = `${name}=${quoted(value, "bare")}`;
  const example = new RegExp(`^#+[ \\t]*${name}=`);
  let at = text.length;
  for (const { start, end } of comments) {
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    if (text.slice(lineStart, start).trim() === "" && example.test(text.slice(start, end)))
      at = Math.min(end + 1, text.length);
  }
  const afterBreak = at === 0 || text.charAt(at - 1) === "\n";
  return { start: at, end: at, text: afterBreak ? line + eol : eol + line };
}

/** Reads the edited text anew: the variable has the value, and no other variable changed. */
function check(file: SourceFile, text: ByteText, name: string, value: string, shell: Shell): string | null {
  const now = interpret([file], shell);
  const then = interpret([{ path: file.path, text }], shell);
  for (const each of new Set([...now.names, ...then.names, name])) {
    const before = now.binding(each);
    const after = then.binding(each);
    const old = before.kind === "known" ? flatten(before.assigned, now.budget) : before.kind;
    const fresh = after.kind === "known" ? flatten(after.assigned, then.budget) : after.kind;
    if (fresh === null || old === null) return "the file is too long to compare";
    if (each === name) {
      if (after.kind !== "known" || fresh !== value)
        return lineEnding(text) === "\r\n" ? carriageReturn(name) : `${name} would not get the value`;
    } else if (before.kind !== after.kind || old !== fresh) return `${each} would change too`;
  }
  return null;
}

function carriageReturn(name: string): string {
  return `the line ends in CR LF, and a shell makes the carriage return part of the value of ${name}; convert the file to plain line ends first`;
}
