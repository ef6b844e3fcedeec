/** Mistakes that have one obvious meaning, with what to write instead. */
import { type ExpressionError, fault } from "./strict.js";

interface Repair {
  /** what is wrong, before ": write VALUE" */
  readonly says: string;
  /** the text without the mistake; the same text where it is not there */
  readonly mend: (text: string) => string;
}

const INVISIBLE = /[\u00a0\u00ad\u2007\u200b-\u200f\u202f\u2060\ufeff]/g;
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g;
const QUOTES = /["'`\u2018-\u201f\u00ab\u00bb]/g;

const REPAIRS: readonly Repair[] = [
  { says: "a quotation mark is no part of a value", mend: (text) => text.replace(QUOTES, "") },
  { says: "the last comma has no range after it", mend: (text) => text.replace(/(:[^,]*),+$/, "$1") },
  { says: "the last comma has nothing after it", mend: (text) => text.replace(/,+$/, "") },
  { says: "the dash is none that the kernel knows", mend: (text) => text.replace(DASHES, "-") },
  {
    says: "the character cannot be seen and is no part of a value",
    mend: (text) => text.replace(INVISIBLE, ""),
  },
  { says: "a unit is one letter", mend: (text) => text.replace(/([0-9][KMGTPE])i?B(?![0-9A-Za-z])/gi, "$1") },
  {
    says: "the kernel reads no fractions",
    mend: (text) => text.replace(/([0-9]+)\.([0-9]{1,3})([KMGT])/gi, whole),
  },
  { says: 'a "-" is missing', mend: (text) => text.replace(/(^|,)([0-9][0-9A-Za-z]*):/g, "$1$2-:") },
  { says: "the character is none that the kernel knows", mend: (text) => text.normalize("NFKC") },
];

/** "1.5G" in the next smaller unit, "1536M"; unchanged where that is no whole number either. */
function whole(text: string, before: string, after: string, unit: string): string {
  const thousandths = BigInt(before) * 1000n + BigInt(after.padEnd(3, "0"));
  const smaller = { K: "", M: "K", G: "M", T: "G" }[unit.toUpperCase()];
  if (smaller === undefined || (thousandths * 1024n) % 1000n !== 0n) return text;
  return `${(thousandths * 1024n) / 1000n}${smaller}`;
}

/** Words that are meant to switch it off. No kernel knows one. */
const OFF = /^(?:off|no|none|false|disabled?)$/i;

/** The error, in better words where the mistake has one obvious meaning. `isValue`: does the strict form take a text? */
export function repaired(
  text: string,
  error: ExpressionError,
  isValue: (text: string) => boolean,
): ExpressionError {
  if (OFF.test(text))
    return fault(
      `${text} is no value: to switch it off, take crashkernel= out (kdump-setup --disable)`,
      error.at,
    );
  for (const { says, mend } of REPAIRS) {
    const value = mend(text);
    if (value === text || !isValue(value)) continue;
    return fault(`${codeOf(text, error.at)}${says}: write ${shown(text, value, error.at)}`, error.at);
  }
  return error;
}

/** "U+2013: " where the character is one that looks like another, or like nothing. */
function codeOf(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  return code < 0x80 ? "" : `U+${code.toString(16).toUpperCase().padStart(4, "0")}: `;
}

const LONG = 40;

/** The whole value where it is short, else the range that was mended. */
function shown(text: string, value: string, at: number): string {
  if (value.length <= LONG && !text.includes(",")) return value;
  const entries = value.split(",");
  const before = text.slice(0, at).split(",").length - 1;
  const entry = entries[Math.min(before, entries.length - 1)] ?? value;
  return entry.length <= LONG ? entry : "it without";
}
