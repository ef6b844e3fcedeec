import { NOT_PLACED } from "../crashkernel/finding.js";
import { parseRequest } from "../crashkernel/request.js";
import { formatBytes } from "../crashkernel/size.js";
import { validate } from "../crashkernel/validate.js";
import type { Profile } from "../distro/profile.js";
import { UsageError } from "../errors.js";
import { targetKernel } from "../facts/boots.js";
import { lockdownWarning } from "../facts/kexec.js";
import type { Reader } from "../machine/machine.js";
import type { Facts, Reason } from "../types.js";
import { memorySource } from "../ui/found.js";
import { lineLength, shortageOf, sizeFor } from "./size.js";

/** What is to stand on the command line, and what the kernel will make of it here. */
export interface Wish {
  readonly words: readonly string[];
  /** as JSON's crashkernel.expression: the words without their name */
  readonly expression: string;
  /** null when the memory or the kernel is not known */
  readonly reservedBytes: number | null;
  readonly why: readonly string[];
  /** the reasons of a recommended size: those of `why` that are no warnings as well */
  readonly sizing: readonly string[];
  readonly warnings: readonly string[];
  readonly reasons: readonly Reason[];
}

/** Errors of a well-formed value that another machine could take: refused here, and --force goes past. */
export const ABOUT_THIS_MACHINE: ReadonlySet<string> = new Set([
  "matches-nothing",
  "line-too-long",
  "unsupported",
  "no-place",
  "offset-on-kernel",
  "size-not-below-memory",
  "entry-kills-list",
  "range-zero",
]);

export const NO_RESERVATION: Wish = {
  words: [],
  expression: "",
  reservedBytes: 0,
  why: [],
  sizing: [],
  warnings: [],
  reasons: [],
};

/** Nothing is said about the reservation: JSON's reservedBytes is not known then, and not 0. */
export const AS_IT_STANDS: Wish = { ...NO_RESERVATION, reservedBytes: null };

/** Checks the text alone; no machine is needed. Throws UsageError with the place of the mistake. */
export function checkExpression(text: string): void {
  if (text !== "auto" && text !== "tight") parse(text);
}

/** Throws UsageError where the kernel would not accept it, RefusedError where there is no recommendation. */
export function resolveWish(text: string, facts: Facts, profile: Profile, reader: Reader): Wish {
  const ramBytes = facts.memory === null ? null : BigInt(facts.memory.bytes);
  const sized = text === "auto" || text === "tight" ? sizeFor(text, reader, facts, profile, ramBytes) : null;
  const expression = sized?.expression ?? text;
  const words = parse(expression);
  const target = targetKernel(facts);
  const cmdlineLength = lineLength(facts.grub, words);
  const { findings, evaluated } = validate(words, {
    ramBytes,
    target,
    ...(cmdlineLength === undefined ? {} : { cmdlineLength }),
  });
  const wrong = findings.find((f) => f.severity === "error" && !ABOUT_THIS_MACHINE.has(f.id));
  if (wrong !== undefined) {
    throw new UsageError(`--crashkernel ${expression}: ${wrong.message}`, {
      hint: "give another expression, or --crashkernel auto",
    });
  }
  const placed = !findings.some((f) => f.severity === "error" && NOT_PLACED.has(f.id));
  const reserved = evaluated === null ? null : evaluated.ok && placed ? evaluated.reserved : 0n;
  const why = [
    ...(sized?.why ?? []),
    ...(facts.memory === null
      ? []
      : [`${formatBytes(facts.memory.bytes)} of memory (${memorySource(facts.memory)})`]),
    ...(reserved === null || target === null
      ? []
      : [`kernel ${target.kernel} reserves ${formatBytes(reserved)} of it`]),
  ];
  const lockdown = lockdownWarning(reader);
  const short =
    sized === null && reserved !== null
      ? shortageOf(Number(reserved), reader, facts, profile, ramBytes)
      : null;
  const about = short === null ? findings : [short, ...findings];
  return {
    words,
    expression: words.map((word) => word.replace(/^crashkernel=/, "")).join(" "),
    reservedBytes: reserved === null ? null : Number(reserved),
    why,
    sizing: (sized?.why ?? []).filter((line) => sized?.warnings.includes(line) === false),
    warnings: [
      ...(sized?.warnings ?? []),
      ...about
        .filter((f) => f.severity === "warning" || f.severity === "note")
        // explain says it; what such builds add takes nothing from a size or a list
        .filter((f) => f.id !== "vendor-not-examined")
        .map((f) => f.message),
      ...(lockdown === null ? [] : [lockdown]),
    ],
    reasons: [
      ...(sized === null || sized.refused === null ? [] : [tooLittle(sized.refused)]),
      ...about
        .filter((f) => f.severity === "error" || f.severity === "objection")
        // said already, in the words of the recommendation
        .filter((f) => f.id !== "matches-nothing" || sized?.refused == null)
        .map((f) => ({ id: f.id, severity: "objection" as const, text: f.message })),
    ],
  };
}

function tooLittle(text: string): Reason {
  return { id: "too-little-memory", severity: "objection", text };
}

function parse(text: string): readonly string[] {
  const parsed = parseRequest(text);
  if (parsed.kind === "ok") return parsed.words;
  const shown = text.length <= 80 && /^[\x20-\x7e]*$/.test(text) ? ` ${text}` : "";
  const place = shown === "" ? "" : ` (character ${parsed.at + 1})`;
  throw new UsageError(`--crashkernel${shown}: ${parsed.message}${place}`, {
    hint: "write a size such as 256M, a list such as 2G-64G:256M,64G-:512M, or auto",
  });
}
