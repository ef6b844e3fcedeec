/**
 * The numbers inside `crashkernel=`: what `memparse()` (lib/cmdline.c) makes of them.
 *
 * `memparse` reads with `simple_strtoull(…, 0)`: `0x` and a hex digit is hexadecimal, a leading `0` is octal,
 * all else decimal; then at most one binary suffix letter of either case. No sign, blank, fraction or `_`.
 */

export const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** A number as it was written and what it is worth, in bytes. */
export interface Amount {
  readonly text: string;
  readonly bytes: bigint;
}

export interface NumberRules {
  /** the suffix letters this kernel knows, upper case, in steps of 1024: "KMG" or "KMGTPE" */
  readonly suffixes: string;
  /** a number past 64 bits: taken mod 2^64, or held at 2^64 - 1 */
  readonly overflow: "wraps" | "saturates";
  /** is a suffix letter with no digit before it a zero (true) or no number at all (false)? */
  readonly bareSuffix: boolean;
}

export interface ScannedNumber {
  readonly value: bigint;
  /** index just past the number; equal to the start when there is no number */
  readonly end: number;
  readonly radix: 8 | 10 | 16;
  /** index just past the digits, before the suffix letter */
  readonly digitsEnd: number;
  readonly overflowed: boolean;
}

/** Reads the number at `start` as the kernel would. One pass, each step on a 64-bit value: linear in its length. */
export function scanNumber(text: string, start: number, rules: NumberRules): ScannedNumber {
  const radix = radixAt(text, start);
  let at = radix === 16 ? start + 2 : start;
  const base = BigInt(radix);
  let value = 0n;
  let overflowed = false;
  const fit = (next: bigint): bigint => {
    if (next <= U64_MAX) return next;
    overflowed = true;
    return rules.overflow === "wraps" ? next & U64_MAX : U64_MAX;
  };
  for (; ; at++) {
    const digit = digitValue(text.charCodeAt(at));
    if (digit < 0 || digit >= radix) break;
    value = fit(value * base + BigInt(digit));
  }
  const digitsEnd = at;
  const letter = text.charAt(at).toUpperCase();
  const power = letter === "" ? -1 : rules.suffixes.indexOf(letter);
  if (power >= 0 && (digitsEnd > start || rules.bareSuffix)) {
    value = fit(value << BigInt(10 * (power + 1)));
    at++;
  }
  return { value, end: at, radix, digitsEnd, overflowed };
}

/** `_parse_integer_fixup_radix()`: `0x` counts only with a hex digit behind it. */
function radixAt(text: string, start: number): 8 | 10 | 16 {
  if (text.charAt(start) !== "0") return 10;
  const x = text.charAt(start + 1);
  return (x === "x" || x === "X") && digitValue(text.charCodeAt(start + 2)) >= 0 ? 16 : 8;
}

/** 0..15, or -1 for what is no hex digit (NaN past the end included). */
function digitValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
