/**
 * Says in sentences what a kernel will do with the `crashkernel=` words, and what a careful admin would ask about.
 *
 * The kernel's own parser has the last word (evaluate.ts): what it refuses is an error even when no rule here
 * explains why, and what it reserves is compared with what is written.
 */
import { checkAmounts } from "./check-amounts.js";
import { checkOutcome, checkShare } from "./check-outcome.js";
import { checkRanges } from "./check-ranges.js";
import { checkLength, checkTarget } from "./check-target.js";
import { asWritten, checkWords, lastOfEachKind } from "./check-words.js";
import { type Evaluated, evaluateFor } from "./evaluate.js";
import { parseExpression } from "./expression.js";
import { type Finding, NOT_PLACED } from "./finding.js";
import { comparedMemory, type KernelTarget, type KernelTraits, kernelTraits } from "./generation.js";
import type { ParsedWord } from "./layout.js";
import { formatBytes } from "./size.js";
import { spansOfWord } from "./spans.js";
import { noPlaceAnywhere } from "./without-map.js";

export type { Finding } from "./finding.js";

export interface ValidatedMachine {
  /** memory as the kernel counts it, in bytes; null when not known */
  readonly ramBytes: bigint | null;
  /** null when not known */
  readonly target: KernelTarget | null;
  /** bytes of the whole command line these words will stand on, without its NUL */
  readonly cmdlineLength?: number;
}

export interface Validated {
  /** errors first; within a severity by place */
  readonly findings: readonly Finding[];
  /** null when the memory or the kernel is not known */
  readonly evaluated: Evaluated | null;
}

const PARAMETER = "crashkernel=";

/** `words`: the words of a command line that have `crashkernel=` in them, in order (others are passed over). */
export function validate(words: readonly string[], machine: ValidatedMachine): Validated {
  const line = words.join(" ");
  const traits = machine.target === null ? null : kernelTraits(machine.target);
  const ram = machine.ramBytes;
  const parsed = place(words);
  const answer = traits === null || ram === null ? null : evaluateFor(traits, line, ram);
  // a build that may know the word may make a size of it
  const evaluated = traits?.mayKnowAuto === true && takesAuto(line, answer) ? null : answer;
  const findings: Finding[] = [
    ...checkTarget(machine.target, traits),
    ...checkLength(machine.cmdlineLength ?? null, traits),
    ...checkWords(parsed, traits, answer?.ok === true && answer.high),
    ...lastOfEachKind(parsed).flatMap((word) => [
      ...notStrict(word, evaluated, traits),
      ...checkAmounts(word, traits),
      ...checkRanges(word, ram === null ? null : { bytes: ram, compared: comparedMemory(ram, traits) }),
    ]),
    ...(traits === null || ram === null || evaluated === null
      ? []
      : checkPlace(line, evaluated, ram, traits)),
  ];
  if (parsed.length === 0)
    findings.push({
      severity: "error",
      id: "no-parameter",
      message: "there is no crashkernel= here",
      at: null,
    });
  if (ram !== null && answer === null) findings.push(...checkShare(asWritten(parsed, ram) ?? 0n, ram, null));
  if (ram !== null && evaluated !== null)
    findings.push(...checkOutcome(evaluated, parsed, ram, traits, findings, isAscii(line)));
  const written = ram === null ? null : asWritten(parsed, comparedMemory(ram, traits));
  return {
    findings: sort(
      findings.map((one) => harmless(one, parsed, evaluated, written)),
      evaluated?.ok === false ? evaluated.stoppedAt : null,
    ),
    evaluated,
  };
}

function takesAuto(line: string, answer: Evaluated | null): boolean {
  return answer?.token != null && line.startsWith(`${PARAMETER}auto`, answer.token);
}

/** Errors that come after the parser, or compare its result with the text: its being content settles nothing there. */
const AFTER_PARSER: ReadonlySet<string> = new Set([...NOT_PLACED, "line-too-long", "not-as-written"]);

/** A mistake that the kernel does not get to on this machine, or in a word that another one outdoes, does no harm here. */
function harmless(
  finding: Finding,
  words: readonly ParsedWord[],
  evaluated: Evaluated | null,
  asWrittenHere: bigint | null,
): Finding {
  if (finding.severity !== "error" || finding.at === null) return finding;
  if (evaluated === null || !evaluated.ok || evaluated.reserved === 0n || evaluated.token === null)
    return finding;
  const inside = (place: number): ParsedWord | undefined =>
    words.find((word) => place >= word.at && place <= word.at + word.text.length);
  const decides = inside(finding.at) === inside(evaluated.token);
  const stands = AFTER_PARSER.has(finding.id) || evaluated.reserved !== asWrittenHere;
  return decides && stands ? finding : { ...finding, severity: "objection" };
}

function place(words: readonly string[]): readonly ParsedWord[] {
  const parsed: ParsedWord[] = [];
  let at = 0;
  for (const text of words) {
    const found = text.lastIndexOf(PARAMETER);
    if (found >= 0) {
      const valueAt = found + PARAMETER.length;
      const value = parseExpression(text.slice(valueAt));
      parsed.push({ at, valueAt: at + valueAt, text, value: value.kind === "ok" ? value.value : null });
    }
    at += text.length + 1;
  }
  return parsed;
}

function notStrict(word: ParsedWord, evaluated: Evaluated | null, traits: KernelTraits | null): Finding[] {
  if (word.value !== null) return [];
  const parsed = parseExpression(word.text.slice(word.valueAt - word.at));
  if (parsed.kind === "ok") return [];
  const unknown = evaluated === null;
  const refused = evaluated !== null && (!evaluated.ok || evaluated.reserved === 0n);
  const skipped = evaluated?.ok === true && evaluated.high && !/,(?:high|low)$/.test(word.text);
  const all = skipped
    ? "; it is skipped, and the one with ,high counts"
    : "; this kernel reads something into it all the same";
  return [
    {
      severity: unknown || refused ? "error" : "objection",
      id: "malformed",
      message: `${parsed.message}${unknown || refused ? "" : (stopsBefore(word, evaluated, traits) ?? all)}`,
      at: word.valueAt + parsed.at,
    },
  ];
}

/** Of a list whose mistake stands behind the range that applies here: where it does harm. */
function stopsBefore(word: ParsedWord, evaluated: Evaluated, traits: KernelTraits | null): string | null {
  const value = word.text.slice(word.valueAt - word.at);
  if (evaluated.entry === null || evaluated.token !== word.valueAt - PARAMETER.length) return null;
  const range = /^[0-9A-Za-z-]+/.exec(value.split(",")[evaluated.entry] ?? "")?.[0];
  if (range === undefined) return null;
  const last = spansOfWord(value, traits)?.slice(-1)[0];
  const others =
    last?.refused === true ? `, and a machine with ${formatBytes(last.from)} or more reserves nothing` : "";
  return `; here the kernel stops at ${range} before it${others}`;
}

/** For the value that is taken: what no memory map of this size has a place for. */
function checkPlace(line: string, evaluated: Evaluated, ram: bigint, traits: KernelTraits): Finding[] {
  const message = noPlaceAnywhere(line, evaluated, ram, traits);
  return message === null ? [] : [{ severity: "error", id: "no-place", message, at: null }];
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

const ORDER: readonly Finding["severity"][] = ["error", "objection", "warning", "note"];

/** `cause`: where the kernel gave up, which goes first among its like; null where it did not. */
function sort(findings: readonly Finding[], cause: number | null): readonly Finding[] {
  const place = ({ at }: Finding): number => (at !== null && at === cause ? -2 : (at ?? -1));
  return [...findings].sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || place(a) - place(b),
  );
}
