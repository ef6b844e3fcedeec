/** Strict reading: the characters and numbers that may stand in an expression, and one sentence where they do not. */
import { type Amount, type NumberRules, scanNumber } from "./number.js";

/** One sentence and the index of the offending character (UTF-16, 0-based; the length when something is missing). */
export interface ExpressionError {
  readonly kind: "error";
  readonly message: string;
  readonly at: number;
}

export function fault(message: string, at: number): ExpressionError {
  return { kind: "error", message, at };
}

/** Longest expression taken. The whole command line is 2048 bytes on most architectures. */
export const MAX_EXPRESSION = 1024;

/** The newest rules: an expression that some kernel reads otherwise is found when it is evaluated for that kernel. */
const STRICT: NumberRules = { suffixes: "KMGTPE", overflow: "saturates", bareSuffix: false };

/** Looks at no more than the first 1025 characters, whatever is handed in. */
export function unfitCharacter(text: string): ExpressionError | null {
  const bad = /[^0-9A-Za-z:,@-]/u.exec(text.slice(0, MAX_EXPRESSION));
  if (bad !== null) return fault(`${nameCharacter(bad[0])} cannot be part of a crashkernel value`, bad.index);
  if (text.length > MAX_EXPRESSION)
    return fault(`a crashkernel value has at most ${MAX_EXPRESSION} characters`, MAX_EXPRESSION);
  return null;
}

/** For messages: never a raw control character, nor half a pair of surrogates, on somebody's terminal. */
function nameCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === " ") return "a blank";
  if (character === "\t") return "a TAB";
  if (character === "\n") return "a line break";
  if (code > 0x20 && code < 0x7f) return `"${character}"`;
  return code > 0x9f
    ? `the character U+${code.toString(16).toUpperCase().padStart(4, "0")}`
    : "a control character";
}

export type Read =
  | { readonly kind: "amount"; readonly amount: Amount; readonly end: number }
  | ExpressionError;

/** `@offset` up to the end of the text, or nothing. */
export function readOffset(
  text: string,
  at: number,
): { readonly kind: "offset"; readonly amount: Amount | null } | ExpressionError {
  if (at === text.length) return { kind: "offset", amount: null };
  if (text.charAt(at) !== "@") return fault(afterNumber(text, at), at);
  const offset = readAmount(text, at + 1, "the offset behind the @");
  if (offset.kind === "error") return offset;
  if (offset.end < text.length) return fault(afterNumber(text, offset.end), offset.end);
  return { kind: "offset", amount: offset.amount };
}

export function readAmount(text: string, at: number, what: string): Read {
  const number = scanNumber(text, at, STRICT);
  if (number.digitsEnd === at) return fault(`${what} is missing: ${found(text, at)} is no number`, at);
  if (number.overflowed) return fault(`${what} is past 64 bits`, at);
  const next = text.charAt(number.digitsEnd);
  if (number.radix === 8 && /^[89]$/.test(next))
    return fault(`a leading 0 makes the number octal, where ${next} is no digit`, number.digitsEnd);
  return {
    kind: "amount",
    amount: { text: text.slice(at, number.end), bytes: number.value },
    end: number.end,
  };
}

export function found(text: string, at: number): string {
  return at < text.length ? nameCharacter(String.fromCodePoint(text.codePointAt(at) ?? 0)) : "the end";
}

function afterNumber(text: string, at: number): string {
  return `the kernel does not know ${found(text, at)} behind a number`;
}
