/** The JSON document of `explain`. Integers past 2^53 - 1 are decimal strings. */
import type { Evaluated } from "../crashkernel/evaluate.js";
import type { Explanation } from "../crashkernel/explain.js";
import type { Block } from "../crashkernel/memory-map.js";
import type { Room } from "../crashkernel/room.js";
import { JSON_SCHEMA } from "./outcome.js";
import type { Sized } from "./size.js";

/**
 * reserves: it takes memory away. nothing: a well-formed value that reserves nothing on this machine. not-accepted:
 * the kernel refuses it, or makes something else of it. unknown: the memory or the kernel is not known.
 */
export type ExplainResult = "reserves" | "nothing" | "not-accepted" | "unknown";

export function explanationDocument(
  explanation: Explanation,
  about: { readonly result: ExplainResult; readonly notes: readonly string[]; readonly room: Room | null },
): Readonly<Record<string, unknown>> {
  const { line, target, traits, ramBytes, comparedBytes, deciding, spans, here, evaluated, findings } =
    explanation;
  return {
    schema: JSON_SCHEMA,
    command: "explain",
    result: about.result,
    host: {
      arch: traits === null ? null : (target?.arch ?? null),
      kernel: traits === null ? null : (target?.kernel ?? null),
      ramBytes: integer(ramBytes),
      comparedBytes: integer(comparedBytes),
    },
    cmdline: line,
    expression: deciding,
    kernel: evaluated === null ? null : answerDocument(evaluated),
    ranges:
      spans?.map((span) => ({
        fromBytes: integer(span.from),
        toBytes: integer(span.to),
        reservedBytes: integer(span.size),
        refused: span.refused,
        here: span === here,
      })) ?? null,
    room: about.room === null ? null : roomDocument(about.room),
    findings,
    notes: about.notes,
  };
}

/** Of `auto` and `tight`: every estimator's number in bytes, null where it has none, and what they were made from. */
export function sizedDocument({ estimates, inputs, decision, refused, warnings }: Sized) {
  return { estimates, inputs, decision, refused, warnings };
}

function roomDocument(room: Room): Readonly<Record<string, unknown>> {
  const block = (one: Block | null) =>
    one === null ? null : { startBytes: integer(one.start), endBytes: integer(one.end) };
  const { fit } = room;
  return {
    fits: fit.kind === "placed" ? true : fit.kind === "no-room" ? false : null,
    place: fit.kind === "placed" ? block(fit.crash) : null,
    low: fit.kind === "placed" ? block(fit.low) : null,
    log: fit.kind === "unknown" ? null : fit.log,
    largestBelow4GBytes: integer(room.largestBelow),
    largestAbove4GBytes: integer(room.largestAbove),
    alignBytes: integer(room.align),
    kaslr: room.kaslr,
  };
}

/** Number up to 2^53 - 1, decimal string above. */
function integer(value: bigint | null): number | string | null {
  if (value === null) return null;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

/** What `--batch` answers, and the log lines. */
function answerDocument(evaluated: Evaluated): Readonly<Record<string, unknown>> {
  const { log } = evaluated;
  return { ...shortAnswer(evaluated), log };
}

export function shortAnswer(evaluated: Evaluated): Readonly<Record<string, unknown>> {
  if (!evaluated.ok) return { ok: false, error: evaluated.error };
  return {
    ok: true,
    reservedBytes: integer(evaluated.reserved),
    lowBytes: integer(evaluated.low),
    cmaBytes: integer(evaluated.cma),
    baseBytes: integer(evaluated.base),
    high: evaluated.high,
  };
}
