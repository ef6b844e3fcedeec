/** What `--crashkernel` takes: one expression, or those that belong together. */
import type { NonEmpty } from "../types.js";
import { cutByBlank } from "./blank.js";
import { type Crashkernel, parseExpression } from "./expression.js";
import { type ExpressionError, fault, MAX_EXPRESSION } from "./strict.js";

export type ParsedRequest =
  | {
      readonly kind: "ok";
      /** as they will stand on the command line, in the order given: "crashkernel=1G,high" */
      readonly words: NonEmpty<string>;
      readonly values: NonEmpty<Crashkernel>;
    }
  | ExpressionError;

const PREFIX = "crashkernel=";

/**
 * What `--crashkernel` takes: one expression, or those that belong together ("1G,high 128M,low"), one blank between
 * them, each with or without its "crashkernel=". Combinations that no kernel gives a meaning are refused here; what
 * one kernel honours and another does not is for `validate.ts`. `at` is an index into `text` as it was handed in.
 */
export function parseRequest(text: string): ParsedRequest {
  if (text.length > MAX_EXPRESSION)
    return fault(`a crashkernel request has at most ${MAX_EXPRESSION} characters`, MAX_EXPRESSION);
  const cut = cutByBlank(text);
  if (cut !== null && !/^ | $| {2}/.test(text)) return cut;
  const values: Crashkernel[] = [];
  const words: string[] = [];
  let at = 0;
  for (const part of text.split(" ")) {
    if (part === "" && text !== "") return fault("one blank stands between two values, and nowhere else", at);
    const skip = part.startsWith(PREFIX) ? PREFIX.length : 0;
    const parsed = parseExpression(part.slice(skip));
    if (parsed.kind === "error") return fault(parsed.message, at + skip + parsed.at);
    const clash = conflict(values, parsed.value);
    if (clash !== null) return fault(clash, at);
    values.push(parsed.value);
    words.push(PREFIX + part.slice(skip));
    at += part.length + 1;
  }
  const [value, ...moreValues] = values;
  const [word, ...moreWords] = words;
  if (value === undefined || word === undefined) return fault("the crashkernel value is empty", 0);
  const alone = needsAnother([value, ...moreValues]);
  if (alone !== null) return fault(alone, 0);
  return { kind: "ok", words: [word, ...moreWords], values: [value, ...moreValues] };
}

function conflict(before: readonly Crashkernel[], next: Crashkernel): string | null {
  if (next.kind === "auto") return "auto is no value that is written to a command line";
  if (before.some((value) => role(value) === role(next)))
    return `of two ${describe(next)} the kernel takes the last one only: give one`;
  const roles = [...before, next].map(role);
  if (roles.includes("plain") && roles.includes("high"))
    return "a kernel that takes the plain size ignores the one with ,high: give one of the two";
  return null;
}

function needsAnother(values: NonEmpty<Crashkernel>): string | null {
  const roles = values.map(role);
  if (roles.includes("plain") || roles.includes("high")) return null;
  return roles.includes("low")
    ? ",low alone reserves nothing: it goes with a ,high, as in 1G,high 128M,low"
    : ",cma alone reserves nothing: it goes with a plain size or a ,high";
}

function role(value: Crashkernel): "plain" | "high" | "low" | "cma" | "auto" {
  return value.kind === "fixed" || value.kind === "ranges" ? "plain" : value.kind;
}

function describe(value: Crashkernel): string {
  const name = role(value);
  return name === "plain" ? "plain values" : `values with ,${name}`;
}
