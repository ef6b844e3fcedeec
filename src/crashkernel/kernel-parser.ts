/**
 * The kernel's parser of one `crashkernel=` parameter, step by step as kernel/kexec.c … kernel/crash_reserve.c do it:
 * `get_last_crashkernel()`, `parse_crashkernel_mem()`, `_simple()`, `_suffix()`. What it does wrong, this does
 * wrong. Works on bytes (latin1); each function reads a token once.
 */
import type { KernelTraits, Suffix } from "./generation.js";
import { type ScannedNumber, scanNumber, U64_MAX } from "./number.js";
import type { AutoRule } from "./vendor.js";

const EINVAL = -22;
const ENOMEM = -12;

/** Result of one search. Sizes in bytes; a failed parse may leave a size behind, as the kernel's does. */
export interface ParsedParameter {
  readonly ret: number;
  readonly size: bigint;
  readonly base: bigint;
  /** index of the token that was taken, at its "crashkernel="; null when there was none */
  readonly token: number | null;
  /** index of the byte at which the parser gave up; null when it did not */
  readonly stoppedAt: number | null;
  /** index of the entry of a range list that matched, counted from 0 */
  readonly entry: number | null;
}

/** One command line as one kernel reads it: collects the log lines of every search made on it. */
export class CommandLine {
  readonly log: string[] = [];
  readonly #text: string;
  readonly #traits: KernelTraits;

  constructor(text: string, traits: KernelTraits) {
    this.#text = text;
    this.#traits = traits;
  }

  /** `__parse_crashkernel()`: the last parameter without a known suffix, or the last with the one given. */
  find(suffix: Suffix | null, systemRam: bigint): ParsedParameter {
    const token = lastParameter(this.#text, "crashkernel=", suffix, this.#traits.suffixes);
    const nothing = { size: 0n, base: 0n, token, stoppedAt: null, entry: null };
    if (token === null) return { ret: this.#traits.absentRet, ...nothing };
    const at = token + "crashkernel=".length;
    if (suffix !== null) return { ...nothing, ...this.#suffix(at, suffix) };
    if (this.#traits.auto !== null && this.#text.startsWith("auto", at))
      return { ...nothing, ...this.#auto(this.#traits.auto, systemRam) };
    const colon = this.#text.indexOf(":", at);
    const isList = colon >= 0 && colon < tokenEnd(this.#text, at);
    return { ...nothing, ...(isList ? this.#list(this.#text, at, systemRam) : this.#simple(at)) };
  }

  #fail(line: string, at: number, size = 0n): Partial<ParsedParameter> & { ret: number } {
    this.log.push(this.#traits.log.prefix + line);
    return { ret: EINVAL, size, stoppedAt: at };
  }

  #number(text: string, at: number): ScannedNumber {
    return scanNumber(text, at, this.#traits.numbers);
  }

  #unrecognized(at: number, size: bigint): Partial<ParsedParameter> & { ret: number } {
    const named = this.#traits.features.has("namesCharacter");
    // a line break ends the log line
    const character = this.#text.charAt(at) === "\n" ? "" : this.#text.charAt(at);
    return this.#fail(`crashkernel: unrecognized char${named ? `: ${character}` : ""}`, at, size);
  }

  #simple(at: number): Partial<ParsedParameter> & { ret: number } {
    const number = this.#number(this.#text, at);
    if (number.end === at) return this.#fail("crashkernel: memory value expected", at);
    const next = this.#text.charAt(number.end);
    if (next === "@")
      return { ret: 0, size: number.value, base: this.#number(this.#text, number.end + 1).value };
    if (this.#traits.features.has("suffixes") && next !== " " && next !== "")
      return this.#unrecognized(number.end, number.value);
    return { ret: 0, size: number.value };
  }

  #suffix(at: number, suffix: Suffix): Partial<ParsedParameter> & { ret: number } {
    const number = this.#number(this.#text, at);
    if (number.end === at) return this.#fail("crashkernel: memory value expected", at);
    if (!this.#text.startsWith(suffix, number.end)) return this.#unrecognized(number.end, number.value);
    const end = number.end + suffix.length;
    const next = this.#text.charAt(end);
    if (next !== " " && next !== "") return this.#unrecognized(end, number.value);
    return { ret: 0, size: number.value };
  }

  #list(text: string, start: number, systemRam: bigint): Partial<ParsedParameter> & { ret: number } {
    const ram = roundUp(systemRam, this.#traits.rounding);
    let at = start;
    let size = 0n;
    let entry: number | null = null;
    for (let index = 0; ; index++) {
      const from = this.#number(text, at);
      if (from.end === at) return this.#fail("crashkernel: Memory value expected", at);
      if (text.charAt(from.end) !== "-") return this.#fail("crashkernel: '-' expected", from.end);
      at = from.end + 1;
      let end = U64_MAX;
      if (text.charAt(at) !== ":") {
        const to = this.#number(text, at);
        if (to.end === at) return this.#fail("crashkernel: Memory value expected", at);
        if (to.value <= from.value) return this.#fail("crashkernel: end <= start", at);
        end = to.value;
        at = to.end;
      }
      if (text.charAt(at) !== ":") return this.#fail("crashkernel: ':' expected", at);
      at++;
      const amount = this.#number(text, at);
      if (amount.end === at) return this.#fail(this.#traits.log.rangeSize, at);
      if (amount.value >= ram) return this.#fail("crashkernel: invalid size", at);
      at = amount.end;
      if (ram >= from.value && ram < end) {
        size = amount.value;
        entry = index;
        break;
      }
      if (text.charAt(at) !== ",") break;
      at++;
    }
    if (size === 0n) {
      if (this.#traits.features.has("zeroLine"))
        this.log.push(`${this.#traits.log.prefix}crashkernel size resulted in zero bytes`);
      return { ret: 0, entry };
    }
    const end = tokenEnd(text, at);
    const sign = text.slice(at, end).indexOf("@");
    if (sign < 0) return { ret: 0, size, entry };
    const offset = this.#number(text, at + sign + 1);
    if (offset.end === at + sign + 1)
      return { ...this.#fail(this.#traits.log.offset, offset.end, size), entry };
    return { ret: 0, size, base: offset.value, entry };
  }

  #auto(rule: AutoRule, systemRam: bigint): Partial<ParsedParameter> & { ret: number } {
    if (rule.kind === "list") {
      this.log.push("Using crashkernel=auto, the size chosen is a best effort estimation.");
      const list = rule.fadumpList !== null && this.#fadump() ? rule.fadumpList : rule.list;
      const { stoppedAt: _, ...result } = this.#list(list, 0, systemRam);
      return result;
    }
    const size =
      rule.kind === "formula"
        ? autoFormula(systemRam, rule.from)
        : (rule.steps.find((step) => systemRam < step.below)?.size ?? 0n);
    if (size > 0n) return { ret: 0, size };
    this.log.push("crashkernel=auto resulted in zero bytes of reserved memory.");
    return { ret: ENOMEM };
  }

  #fadump(): boolean {
    const at = lastParameter(this.#text, "fadump=", null, this.#traits.suffixes);
    return at !== null && !this.#text.startsWith("off", at + "fadump=".length);
  }
}

/** `strstr()` from start to end: no word boundary, no quotes; a token reaches to the next blank. */
function lastParameter(
  text: string,
  name: string,
  suffix: Suffix | null,
  known: readonly Suffix[],
): number | null {
  let last: number | null = null;
  let end = -1;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    // the end of the token is looked for once for all matches inside it: linear on a line full of them
    if (at >= end) end = tokenEnd(text, at);
    const ends = (tail: Suffix): boolean => text.endsWith(tail, end);
    if (suffix === null ? !known.some(ends) : ends(suffix)) last = at;
  }
  return last;
}

function tokenEnd(text: string, at: number): number {
  const blank = text.indexOf(" ", at);
  return blank < 0 ? text.length : blank;
}

function roundUp(value: bigint, step: bigint): bigint {
  return (((value + step - 1n) / step) * step) & U64_MAX;
}

function autoFormula(systemRam: bigint, from: bigint): bigint {
  const base = 160n << 20n;
  const ram = roundUp(systemRam, 128n << 20n);
  return ram < from ? 0n : base + roundUp((ram - base) / 16384n, 1n << 20n);
}
