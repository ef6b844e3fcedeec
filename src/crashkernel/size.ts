/** Sizes between people, options and the kernel. Bytes are `bigint`; nothing here rounds without saying so. */
import { U64_MAX } from "./number.js";

export type ParsedSize =
  | { readonly kind: "ok"; readonly bytes: bigint }
  | { readonly kind: "error"; readonly message: string; readonly at: number };

const UNITS: readonly string[] = ["K", "M", "G", "T"];

/**
 * A size as an option takes it (`--ram`): a whole decimal number of bytes, or with one of K M G T (binary, either
 * case) behind it. A leading zero is refused, because `crashkernel=` would read it as octal. `at` is an index
 * into `text`.
 */
export function parseSize(text: string): ParsedSize {
  const fail = (message: string, at: number): ParsedSize => ({ kind: "error", message, at });
  if (text === "") return fail("a size is missing, for example 4G", 0);
  if (text.length > 24) return fail("a size has at most 24 characters, for example 4G", 24);
  let at = 0;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  if (at === 0) return fail("a size starts with a digit, for example 4G", 0);
  if (at > 1 && text.startsWith("0")) return fail("a size has no leading zero, for example 4G", 0);
  const letter = text.charAt(at).toUpperCase();
  const power = letter === "" ? 0 : UNITS.indexOf(letter) + 1;
  if (letter !== "" && power === 0)
    return fail("a size is a whole number with K, M, G or T or nothing behind it, for example 1900M", at);
  if (letter !== "" && at + 1 < text.length)
    return fail(`nothing may follow the ${text.charAt(at)} of a size, for example 4G`, at + 1);
  const bytes = BigInt(text.slice(0, at)) << BigInt(10 * power);
  if (bytes > U64_MAX) return fail("this size is past 64 bits", 0);
  return { kind: "ok", bytes };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const PEOPLE = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/**
 * For people: "256 MiB", "1.9 GiB", "25 bytes". An exact value has no fraction or one tenth; whole MiB are never rounded,
 * and what is a little below or above a whole unit is said in the next smaller one, cut to a tenth: "4095.4 MiB".
 */
export function formatBytes(bytes: bigint | number): string {
  const value = BigInt(bytes);
  if (value < 0n) return `-${formatBytes(-value)}`;
  if (value === 1n) return "1 byte";
  let step = 0;
  while (step + 1 < PEOPLE.length && value >= 1n << BigInt(10 * (step + 1))) step++;
  const unit = 1n << BigInt(10 * step);
  const tenths = (value * 10n + unit / 2n) / unit;
  if ((value * 10n) % unit === 0n) return inTenths(tenths, step);
  if (value % MIB === 0n) return `${value / MIB} MiB`;
  if (tenths >= 10240n) return inTenths((value * 10n) / unit, step);
  if (tenths % 10n !== 0n) return inTenths(tenths, step);
  return inTenths((value * 10n) / (unit >> 10n), step - 1);
}

/** For people where about will do, as of a file: "1.2 GiB", "122 KiB". A tenth at most, never more than the next unit. */
export function aboutBytes(bytes: number): string {
  let step = 0;
  let value = bytes;
  for (; value >= 1023.95 && step + 1 < PEOPLE.length; step++) value /= 1024;
  return `${step === 0 ? bytes : Math.round(value * 10) / 10} ${step === 0 && bytes === 1 ? "byte" : PEOPLE[step]}`;
}

const MIB = 1n << 20n;

function inTenths(tenths: bigint, step: number): string {
  const fraction = tenths % 10n === 0n ? "" : `.${tenths % 10n}`;
  return `${tenths / 10n}${fraction} ${PEOPLE[step] ?? "bytes"}`;
}

/** For people and exact: the largest unit without a fraction, "1184 MiB", "8 TiB", "65537 bytes". */
export function exactBytes(bytes: bigint): string {
  let step = 0;
  while (bytes > 0n && step + 1 < PEOPLE.length && bytes % (1n << BigInt(10 * (step + 1))) === 0n) step++;
  const amount = bytes >> BigInt(10 * step);
  return amount === 1n && step === 0 ? "1 byte" : `${amount} ${PEOPLE[step] ?? "bytes"}`;
}

/** As `crashkernel=` takes it, exact: "256M", "4G", "65537". Never with T or above, which old kernels do not know. */
export function kernelSize(bytes: bigint | number): string {
  const whole = BigInt(bytes);
  if (whole > 0n)
    for (const [power, letter] of [
      [30n, "G"],
      [20n, "M"],
      [10n, "K"],
    ] as const)
      if (whole % (1n << power) === 0n) return `${whole >> power}${letter}`;
  return `${whole}`;
}
