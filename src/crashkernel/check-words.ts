/** What is wrong with the words beside each other, and with forms a kernel does not know. */
import type { Crashkernel } from "./expression.js";
import type { Finding } from "./finding.js";
import type { KernelTraits } from "./generation.js";
import type { ParsedWord } from "./layout.js";

type Kind = "plain" | "high" | "low" | "cma";

/** What the kernel takes the word for: it tests the end of the token only. */
function kindOf(word: ParsedWord): Kind {
  const suffix = /,(high|low|cma)$/.exec(word.text);
  return suffix === null ? "plain" : (suffix[1] as Kind);
}

/** The words the kernel looks into: the last of each kind. */
export function lastOfEachKind(words: readonly ParsedWord[]): readonly ParsedWord[] {
  const last = lastByKind(words);
  return words.filter((word) => last.get(kindOf(word)) === word);
}

function lastByKind(words: readonly ParsedWord[]): ReadonlyMap<Kind, ParsedWord> {
  return new Map(words.map((word) => [kindOf(word), word] as const));
}

/** `takesHigh`: the kernel skips the plain value, which is no good, and takes the one with `,high`. */
export function checkWords(
  words: readonly ParsedWord[],
  traits: KernelTraits | null,
  takesHigh: boolean,
): readonly Finding[] {
  const findings: Finding[] = [];
  const say = (severity: Finding["severity"], id: string, message: string, at: number | null): void => {
    findings.push({ severity, id, message, at });
  };
  const last = lastByKind(words);
  const plain = last.get("plain");
  const high = last.get("high");
  const low = last.get("low");
  const cma = last.get("cma");

  for (const word of words) {
    const kind = kindOf(word);
    const counts = word === last.get(kind);
    if (!counts)
      say(
        "warning",
        "not-last",
        `of several ${kind === "plain" ? "plain values" : `values with ,${kind}`} only the last counts`,
        word.at,
      );
    if (word.valueAt - word.at !== "crashkernel=".length)
      say(
        "objection",
        "inside-word",
        "the kernel finds crashkernel= in the middle of a word, too, and takes it",
        word.at,
      );
    if (counts && word.value?.kind === "auto") auto(word, traits, takesHigh, say);
    if (
      counts &&
      (word.value?.kind === "fixed" || word.value?.kind === "high") &&
      word.value.size.bytes === 0n
    )
      say("error", "size-zero", "a size of 0 reserves nothing", word.valueAt);
  }
  for (const word of plain === undefined && high === undefined ? [low, cma] : [])
    if (word !== undefined) alone(word, traits, say);
  if (plain !== undefined && high !== undefined && !takesHigh)
    say("warning", "high-ignored", "a kernel that takes the plain size ignores the one with ,high", high.at);
  if (plain !== undefined && low !== undefined && traits?.high !== "if-none")
    say("warning", "low-ignored", "the size with ,low counts only with a ,high", low.at);
  if (low !== undefined && high !== undefined && low.value?.kind === "low" && low.value.size.bytes === 0n)
    say(
      "warning",
      "low-zero",
      "without memory below 4G, devices that need it cannot work in the capture kernel",
      low.valueAt,
    );
  if (traits !== null) {
    if (high !== undefined) highForm(high, traits, say);
    if (cma !== undefined) cmaForm(cma, plain, words, traits, say);
  } else {
    if (high !== undefined)
      say(
        "note",
        "high-needs",
        ",high needs kernel 3.9 on x86_64, 5.19 on arm64, 6.6 on riscv, and is nothing elsewhere",
        high.at,
      );
    if (cma !== undefined)
      say(
        "warning",
        "cma-needs",
        "a kernel before 6.17 reserves nothing where a value with ,cma is the last",
        cma.at,
      );
  }
  return findings;
}

type Say = (severity: Finding["severity"], id: string, message: string, at: number | null) => void;

function auto(word: ParsedWord, traits: KernelTraits | null, takesHigh: boolean, say: Say): void {
  if (takesHigh)
    say(
      "objection",
      "auto-unknown",
      "auto is not known and is skipped: the one with ,high counts",
      word.valueAt,
    );
  else if (traits === null)
    say("objection", "auto-literal", "most kernels do not know auto and reserve nothing", word.valueAt);
  else if (traits.mayKnowAuto)
    say(
      "objection",
      "auto-literal",
      `whether this vendor's build knows auto is not known: ${traits.judgedAs} does not`,
      word.valueAt,
    );
  else if (traits.auto === null)
    say(
      "error",
      "auto-unknown",
      `kernel ${traits.label} does not know auto and reserves nothing`,
      word.valueAt,
    );
  else
    say(
      "warning",
      "auto-literal",
      "what auto reserves changes with the kernel; newer ones do not know it",
      word.valueAt,
    );
}

/** A kernel before 3.9 reads no suffix: there the number is a plain size. */
function readsNoSuffix(traits: KernelTraits | null): boolean {
  return traits !== null && !traits.features.has("suffixes");
}

function alone(word: ParsedWord, traits: KernelTraits | null, say: Say): void {
  if (kindOf(word) === "low") {
    if (traits !== null && readsNoSuffix(traits)) suffixUnknown(word, traits, say);
    else say("error", "low-alone", ",low alone reserves nothing: it goes with a ,high", word.at);
  } else if (traits === null || traits.features.has("cmaSuffix"))
    say("error", "cma-alone", ",cma alone reserves nothing: it goes with a plain size or a ,high", word.at);
}

function suffixUnknown(word: ParsedWord, traits: KernelTraits, say: Say): void {
  const kind = kindOf(word);
  say(
    "objection",
    `${kind}-unknown`,
    `kernel ${traits.label} does not know ,${kind}: it takes the number for a plain size`,
    commaOf(word),
  );
}

function highForm(word: ParsedWord, traits: KernelTraits, say: Say): void {
  if (traits.features.has("highLow")) return;
  if (readsNoSuffix(traits)) suffixUnknown(word, traits, say);
  else
    say(
      "error",
      "high-unsupported",
      `kernel ${traits.label} on ${traits.arch} skips a value with ,high`,
      commaOf(word),
    );
}

function cmaForm(
  word: ParsedWord,
  plain: ParsedWord | undefined,
  words: readonly ParsedWord[],
  traits: KernelTraits,
  say: Say,
): void {
  if (traits.features.has("cma")) return;
  const at = commaOf(word);
  // a malformed one is spoken of as such: as a plain value it may even be taken
  if (word.value === null) return;
  if (readsNoSuffix(traits)) suffixUnknown(word, traits, say);
  else if (traits.features.has("cmaSuffix"))
    say("warning", "cma-unsupported", `kernel ${traits.label} on ${traits.arch} ignores ,cma`, at);
  else if (plain !== undefined && words.indexOf(plain) > words.indexOf(word))
    say(
      "warning",
      "cma-unknown",
      `kernel ${traits.label} does not know ,cma and ignores it, because a plain value follows`,
      at,
    );
  else
    say(
      "error",
      "cma-unknown",
      words.length === 1
        ? `,cma came with kernel 6.17: ${traits.label} takes it for a malformed size and reserves nothing; write ${word.text.slice(word.valueAt - word.at, word.text.lastIndexOf(","))}`
        : `kernel ${traits.label} does not know ,cma and takes it for a malformed plain value: put it before the plain one`,
      at,
    );
}

function commaOf(word: ParsedWord): number {
  return word.at + word.text.lastIndexOf(",");
}

/** Bytes the words ask for as their documentation reads, at a memory in bytes; null where that is not simple. */
export function asWritten(words: readonly ParsedWord[], ram: bigint): bigint | null {
  const last = lastByKind(words);
  return sizeOf((last.get("plain") ?? last.get("high"))?.value ?? null, ram);
}

function sizeOf(value: Crashkernel | null, ram: bigint): bigint | null {
  if (value === null) return null;
  switch (value.kind) {
    case "fixed":
    case "high":
      return value.size.bytes;
    case "ranges":
      return (
        value.ranges.find(
          (range) => ram >= range.start.bytes && (range.end === null || ram < range.end.bytes),
        )?.size.bytes ?? 0n
      );
    case "low":
    case "cma":
    case "auto":
      return null;
    default:
      return value satisfies never;
  }
}
