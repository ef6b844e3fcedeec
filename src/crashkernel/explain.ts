/** Everything `explain` shows of one line: what decides, range by range, the kernel's answer, and what to say to it. */
import { Buffer } from "node:buffer";
import type { Evaluated } from "./evaluate.js";
import { type Finding, NOT_PLACED } from "./finding.js";
import { comparedMemory, type KernelTarget, type KernelTraits, kernelTraits } from "./generation.js";
import { type Span, spansOfWord } from "./spans.js";
import type { ExpressionError } from "./strict.js";
import { validate } from "./validate.js";
import { type LowPart, lowPartOf } from "./without-map.js";

export interface Explanation {
  /** the line as it was judged; every index is one into it */
  readonly line: string;
  /** the kernel as it was named; null when none was */
  readonly target: KernelTarget | null;
  /** null when the kernel or architecture is not known */
  readonly traits: KernelTraits | null;
  /** bytes; null when not known */
  readonly ramBytes: bigint | null;
  /** the memory as the kernel compares it with a range list */
  readonly comparedBytes: bigint | null;
  /** the value that decides, without its name; null when there is none */
  readonly deciding: string | null;
  /** null when the deciding value is no range list */
  readonly spans: readonly Span[] | null;
  /** that of the spans which is this machine's; null where the kernel reserves anything else than it says */
  readonly here: Span | null;
  readonly evaluated: Evaluated | null;
  /** what goes with it below 4G, as far as the memory's size alone tells; null: nothing to say */
  readonly low: LowPart | null;
  readonly findings: readonly Finding[];
}

const PARAMETER = "crashkernel=";

/**
 * `line`: a whole command line, or only the words about crashkernel=, one blank between words. `cut`: the blank in it
 * that ends a value which somebody meant to go on.
 */
export function explain(
  line: string,
  machine: { readonly ramBytes: bigint | null; readonly target: KernelTarget | null },
  cut: ExpressionError | null = null,
): Explanation {
  const { ramBytes, target } = machine;
  const cmdlineLength = Buffer.byteLength(line, "utf8");
  const { findings, evaluated } = validate(line.split(" "), { ramBytes, target, cmdlineLength });
  const traits = target === null ? null : kernelTraits(target);
  const deciding = decidingValue(line, evaluated?.token ?? null, traits);
  const spans = deciding === null ? null : spansOfWord(deciding, traits);
  const comparedBytes = ramBytes === null ? null : comparedMemory(ramBytes, traits);
  return {
    line,
    target,
    traits,
    ramBytes,
    comparedBytes,
    deciding,
    spans,
    here: spanHere(spans ?? [], comparedBytes, reservedBytes(evaluated, findings)),
    evaluated,
    low:
      evaluated === null || traits === null || ramBytes === null
        ? null
        : lowPartOf(line, evaluated, ramBytes, traits),
    findings: cut === null ? findings : [blank(cut), ...findings.filter(({ at }) => at !== cut.at)],
  };
}

function blank({ message, at }: ExpressionError): Finding {
  return { severity: "error", id: "blank", message, at };
}

/** `reserved`: what is reserved in the end, in bytes; null when that is not known. */
function spanHere(spans: readonly Span[], compared: bigint | null, reserved: bigint | null): Span | null {
  if (compared === null) return null;
  const span = spans.find(({ from, to }) => compared >= from && (to === null || compared < to));
  if (span === undefined || (reserved !== null && span.size !== reserved)) return null;
  return span;
}

function reservedBytes(evaluated: Evaluated | null, findings: readonly Finding[]): bigint | null {
  if (evaluated === null) return null;
  const placed = !findings.some(({ id, severity }) => severity === "error" && NOT_PLACED.has(id));
  return evaluated.ok && placed ? evaluated.reserved : 0n;
}

/** The kernel's own choice; where there is no kernel to ask, the last plain value as a new kernel would take it. */
function decidingValue(line: string, token: number | null, traits: KernelTraits | null): string | null {
  // an index into bytes is one into the text only where both are the same
  const at = token !== null && /^[\0-\x7f]*$/.test(line) ? token : lastPlain(line, traits);
  if (at === null) return null;
  return line.slice(at + PARAMETER.length).split(" ", 1)[0] ?? null;
}

function lastPlain(line: string, traits: KernelTraits | null): number | null {
  const suffixes = traits?.suffixes ?? [",high", ",low", ",cma"];
  let last: number | null = null;
  let at = 0;
  for (const word of line.split(" ")) {
    const found = word.lastIndexOf(PARAMETER);
    if (found >= 0 && !suffixes.some((suffix) => word.endsWith(suffix))) last = at + found;
    at += word.length + 1;
  }
  return last;
}
