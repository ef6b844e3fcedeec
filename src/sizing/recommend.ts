/**
 * The size to reserve: a range list that fits this machine, and is still sensible where its disk is copied to another.
 *
 * It starts from the vendor's list and raises it where our estimate, with a margin, is higher, never past a quarter of
 * the memory. `tight` may also go below the vendor's size, where everything the estimate rests on was read.
 */
import { type Estimate, estimates, mib } from "./estimators.js";
import { MIB, type SizingInput } from "./input.js";
import { type Amounts, estimateNeed, LARGE, type Need, neededAt } from "./need.js";
import { merge, print, type Range, rangesOf, sameSizes, sizeAt, split } from "./ranges.js";

export interface Recommendation {
  /** refused: the vendor reserves nothing on a machine of this size, and neither do we unless a size is given */
  readonly kind: "recommended" | "refused";
  /** what stands behind crashkernel=; "" when refused */
  readonly expression: string;
  /** bytes on this machine; null when its memory is not known */
  readonly reservedBytes: number | null;
  /** the vendor's, the shipped estimators' and our own number, for a table */
  readonly estimates: readonly Estimate[];
  /** one line a reason, the estimators' numbers and inputs among them */
  readonly why: readonly string[];
  readonly warnings: readonly string[];
}

/** Steps a size is rounded up to: the alignment x86 looks for places in. */
const STEP = 16 * MIB;
/** A reservation of more than this part of the memory is not made without being asked for by name. */
export const SHARE = 4;
/** For hardware with more drivers than the system measured. */
const MARGIN = { auto: 1.25, tight: 1.1 } as const;
/** 120 MiB is the least that worked, measured on x86_64 alone: elsewhere `tight` stays with the vendor. */
const LEAST_MEASURED = 128 * MIB;

export function recommend(input: SizingInput): Recommendation {
  const { machine, vendor, mode } = input;
  const spans = rangesOf(vendor.expression);
  const reservedBy = (ranges: readonly Range[]): number | null =>
    machine.ramBytes === null ? null : Number(sizeAt(ranges, machine.ramBytes));
  const need = estimateNeed(input);
  const margin = MARGIN[mode];
  const wanted =
    need === null
      ? null
      : { bytes: withMargin(need.bytes, margin), largeBytes: withMargin(need.largeBytes, margin) };
  const here = reservedBy(spans);
  const ours = wanted === null ? null : neededAt(wanted, machine.ramBytes);
  const table: readonly Estimate[] = [
    { by: "vendor", bytes: here, how: `${vendor.expression} (${vendor.source})` },
    ...estimates(input),
    ourOwn(need, ours, margin),
  ];
  const why = table.map(({ by, bytes, how }) => `${by}: ${bytes === null ? "-" : mib(bytes)} = ${how}`);
  if (here === 0)
    return {
      kind: "refused",
      expression: "",
      reservedBytes: 0,
      estimates: table,
      why,
      warnings: [
        `the vendor's list reserves nothing at ${mib(machine.ramBytes ?? 0)} of memory: give a size by name`,
      ],
    };
  const lower = mode === "tight" && need?.read === true && machine.arch === "x86_64";
  const ranges =
    wanted === null
      ? spans.filter(({ size }) => size > 0n)
      : merge(spans.flatMap((span) => raise(span, wanted, lower)));
  const reserved = reservedBy(ranges);
  const same = vendor.expression.includes(":") && sameSizes(ranges, spans);
  return {
    kind: "recommended",
    expression: same ? vendor.expression : print(ranges),
    reservedBytes: reserved,
    estimates: table,
    why: [...why, decision(here, reserved, mode)],
    warnings: warningsOf({ input, need, lower, wanted: ours ?? 0, reserved }),
  };
}

/** One range of the vendor's as one to three of ours: unchanged where a quarter of the memory is not enough, then raised. */
function raise(range: Range, wanted: Amounts, lower: boolean): readonly Range[] {
  if (range.size === 0n) return [];
  return split(range, [enough(wanted.bytes), enough(wanted.largeBytes), LARGE]).map((piece) => {
    const bytes = neededAt(wanted, piece.from);
    const size = BigInt(bytes);
    const takes = piece.from >= enough(bytes) && (size > range.size || lower);
    return { ...piece, size: takes ? size : range.size };
  });
}

/**
 * Memory from which on a size is no more than its share. The firmware keeps some of a machine's nominal memory, and old
 * kernels compare to the byte, so the bound lies 128 MiB lower: a machine sold with 1 GiB counts as one.
 */
function enough(bytes: number): bigint {
  return BigInt(SHARE * bytes - 128 * MIB);
}

function withMargin(bytes: number, margin: number): number {
  return Math.max(LEAST_MEASURED, Math.ceil((bytes * margin) / STEP) * STEP);
}

function ourOwn(need: Need | null, bytes: number | null, margin: number): Estimate {
  const by = "kdump-setup";
  if (need === null) return { by, bytes, how: "no kernel image and no initrd were found to estimate from" };
  return { by, bytes, how: `${need.inputs.join(" + ")}, and ${percent(margin)} % margin` };
}

function percent(margin: number): number {
  return Math.round((margin - 1) * 100);
}

function decision(vendor: number | null, reserved: number | null, mode: SizingInput["mode"]): string {
  if (vendor === null || reserved === null)
    return "the memory is not known: the vendor's list, raised where our estimate is above it";
  if (reserved > vendor)
    return `${mib(reserved)}: raised from the vendor's ${mib(vendor)}, which our estimate is above`;
  if (reserved < vendor)
    return `${mib(reserved)}: --crashkernel ${mode} goes below the vendor's ${mib(vendor)}, because the estimate with its margin allows it`;
  return `${mib(reserved)}: the vendor's size`;
}

function warningsOf(about: {
  readonly input: SizingInput;
  readonly need: Need | null;
  readonly lower: boolean;
  readonly wanted: number;
  readonly reserved: number | null;
}): readonly string[] {
  const { input, need, lower, wanted, reserved } = about;
  const { ramBytes } = input.machine;
  return [
    ...(ramBytes === null || reserved === null ? [] : aboutMemory(wanted, reserved, ramBytes)),
    ...(need?.read === true
      ? []
      : [
          "the capture initrd or the kernel's size is a guess: look again after the next boot, with explain auto",
        ]),
    ...(input.mode === "tight" && !lower
      ? ["tight goes no lower than the vendor's size: not everything it would rest on was read and measured"]
      : []),
  ];
}

function aboutMemory(wanted: number, reserved: number, ramBytes: number): readonly string[] {
  const share = Math.round((reserved * 100) / ramBytes);
  return [
    ...(reserved < wanted
      ? [
          `${mib(wanted)} would be better, and are more than a quarter of the ${mib(ramBytes)} of memory: ${mib(reserved)} may not be enough`,
        ]
      : []),
    ...(reserved * SHARE > ramBytes ? [`the vendor's size takes ${share} % of the memory`] : []),
  ];
}
