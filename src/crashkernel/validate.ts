/**
 * Says in sentences what a kernel will do with the `crashkernel=` words, and what a careful admin would ask about.
 *
 * The kernel's own parser has the last word (evaluate.ts): what it refuses is an error even when no rule here
 * explains why, and what it reserves is compared with what is written.
 */
import { checkAmounts } from "./check-amounts.js";
import { checkRanges } from "./check-ranges.js";
import { asWritten, checkWords, lastOfEachKind } from "./check-words.js";
import { type Evaluated, evaluateFor } from "./evaluate.js";
import { parseExpression } from "./expression.js";
import type { Finding } from "./finding.js";
import { type KernelTarget, type KernelTraits, kernelTraits } from "./generation.js";
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
      ...checkRanges(word, ram === null ? null : rounded(ram, traits)),
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
  const written = ram === null ? null : asWritten(parsed, rounded(ram, traits));
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
const AFTER_PARSER: readonly string[] = [
  "offset-unaligned",
  "size-not-below-memory",
  "line-too-long",
  "not-as-written",
];

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
  const stands = AFTER_PARSER.includes(finding.id) || evaluated.reserved !== asWrittenHere;
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

function checkTarget(target: KernelTarget | null, traits: KernelTraits | null): Finding[] {
  if (target === null) return [];
  if (traits === null)
    return [
      {
        severity: "warning",
        id: "kernel-unknown",
        message:
          "this kernel release or architecture is not known: what it does with crashkernel= cannot be said",
        at: null,
      },
    ];
  if (!traits.features.has("supported"))
    return [
      {
        severity: "error",
        id: "unsupported",
        message: `kernel ${traits.label} on ${traits.arch} cannot reserve crash memory`,
        at: null,
      },
    ];
  if (traits.examined) return [];
  return [notExamined(traits)];
}

function notExamined({ label, judgedAs }: KernelTraits): Finding {
  const own = !label.startsWith("el");
  return {
    severity: "note",
    id: own ? "vendor-not-examined" : "kernel-not-examined",
    message: own
      ? `this vendor's build was not examined; judged as ${judgedAs}: it may know auto or ,high all the same`
      : `kernel ${label} was not examined; judged as ${judgedAs}`,
    at: null,
  };
}

/** Without a target: what most architectures keep. */
const USUAL_COMMAND_LINE = 2048;

function checkLength(length: number | null, traits: KernelTraits | null): Finding[] {
  const size = traits?.commandLineSize ?? USUAL_COMMAND_LINE;
  if (length === null || length < size) return [];
  return [
    {
      severity: traits === null ? "objection" : "error",
      id: "line-too-long",
      message: `the command line has ${length} bytes, the kernel keeps ${size - 1} and cuts the rest silently; a cut number is still a number`,
      at: null,
    },
  ];
}

/** For the value that is taken: what no memory map of this size has a place for. */
function checkPlace(line: string, evaluated: Evaluated, ram: bigint, traits: KernelTraits): Finding[] {
  const message = noPlaceAnywhere(line, evaluated, ram, traits);
  return message === null ? [] : [{ severity: "error", id: "no-place", message, at: null }];
}

function rounded(ram: bigint, traits: KernelTraits | null): bigint {
  const step = traits?.rounding ?? 1n;
  return ((ram + step - 1n) / step) * step;
}

/** The kernel's answer against the rules' and against the text. */
function checkOutcome(
  evaluated: Evaluated,
  words: readonly ParsedWord[],
  ram: bigint,
  traits: KernelTraits | null,
  before: readonly Finding[],
  placed: boolean,
): Finding[] {
  const explained = before.some((finding) => finding.severity === "error");
  const error = (id: string, message: string, at: number | null): Finding[] => [
    { severity: "error", id, message, at },
  ];
  const decided = words.filter((word) => word.at <= (evaluated.token ?? -1)).pop()?.valueAt ?? null;
  if (!evaluated.ok) {
    if (explained) return [];
    const written = asWritten(words, ram);
    if (written !== null && written >= ram) return notBelow(written, ram, decided);
    const log = evaluated.error === null ? "says nothing" : `logs "${printable(evaluated.error)}"`;
    return error(
      "kernel-refuses",
      `the kernel ${log} and reserves nothing`,
      placed ? evaluated.stoppedAt : null,
    );
  }
  if (evaluated.reserved === 0n)
    return explained ? [] : error("reserves-nothing", "the kernel reserves nothing", decided);
  const findings: Finding[] = explained ? [] : [...checkShare(evaluated.reserved, ram, decided)];
  const written = asWritten(words, ram);
  if (written !== null && written !== evaluated.reserved) {
    const byRounding = asWritten(words, rounded(ram, traits)) === evaluated.reserved;
    const message = `the kernel reserves ${formatBytes(evaluated.reserved)} where ${formatBytes(written)} are written`;
    findings.push(
      byRounding
        ? {
            severity: "note",
            id: "rounded",
            message: `${message} for ${formatBytes(ram)}: it rounds the memory up to the next multiple of 128 MiB before it compares`,
            at: decided,
          }
        : { severity: "error", id: "not-as-written", message, at: decided },
    );
  }
  return findings;
}

function checkShare(size: bigint, ram: bigint, at: number | null): Finding[] {
  if (size >= ram) return notBelow(size, ram, at);
  if (size * 2n > ram)
    return [{ severity: "objection", id: "size-large", message: share(size, ram, "half"), at }];
  if (size * 4n > ram)
    return [{ severity: "warning", id: "size-large", message: share(size, ram, "a quarter"), at }];
  return [];
}

function notBelow(size: bigint, ram: bigint, at: number | null): Finding[] {
  const message = `${formatBytes(size)} are not less than the ${formatBytes(ram)} of this machine: nothing is reserved`;
  return [{ severity: "error", id: "size-not-below-memory", message, at }];
}

function share(size: bigint, ram: bigint, of: string): string {
  return `${formatBytes(size)} are more than ${of} of the ${formatBytes(ram)} of this machine`;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
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
