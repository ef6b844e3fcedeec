import { parseRequest } from "../crashkernel/expression.js";
import { formatBytes } from "../crashkernel/size.js";
import { validate } from "../crashkernel/validate.js";
import type { Profile } from "../distro/profile.js";
import { RefusedError, UsageError } from "../errors.js";
import type { Facts, Reason } from "../types.js";

/** What is to stand on the command line, and what the kernel will make of it here. */
export interface Wish {
  readonly words: readonly string[];
  /** as JSON's crashkernel.expression: the words without their name */
  readonly expression: string;
  /** null when the memory or the kernel is not known */
  readonly reservedBytes: number | null;
  readonly why: readonly string[];
  readonly warnings: readonly string[];
  readonly reasons: readonly Reason[];
}

/** Errors of a well-formed value that another machine could take: refused here, and --force goes past. */
export const ABOUT_THIS_MACHINE: ReadonlySet<string> = new Set([
  "matches-nothing",
  "line-too-long",
  "unsupported",
]);

export const NO_RESERVATION: Wish = {
  words: [],
  expression: "",
  reservedBytes: 0,
  why: [],
  warnings: [],
  reasons: [],
};

/** Checks the text alone; no machine is needed. Throws UsageError with the place of the mistake. */
export function checkExpression(text: string): void {
  if (text !== "auto" && text !== "tight") parse(text);
}

/** Throws UsageError where the kernel would not accept it, RefusedError where there is no recommendation. */
export function resolveWish(text: string, facts: Facts, profile: Profile): Wish {
  const recommended = text === "auto" || text === "tight";
  const expression = recommended ? recommendation(facts, profile) : text;
  const words = parse(expression);
  const target = targetKernel(facts);
  const ramBytes = facts.memory === null ? null : BigInt(facts.memory.bytes);
  const { findings, evaluated } = validate(words, { ramBytes, target });
  const wrong = findings.find((f) => f.severity === "error" && !ABOUT_THIS_MACHINE.has(f.id));
  if (wrong !== undefined) {
    throw new UsageError(`--crashkernel ${expression}: ${wrong.message}`, {
      hint: "give another expression, or --crashkernel auto",
    });
  }
  const why: string[] = [];
  if (recommended)
    why.push(
      `${expression} is what ${profile.title} recommends (${profile.sources["/crashkernel/recommended"] ?? "its profile"})`,
    );
  if (facts.memory !== null)
    why.push(`${formatBytes(facts.memory.bytes)} of memory (${memorySource(facts)})`);
  const reserved = evaluated === null ? null : evaluated.ok ? evaluated.reserved : 0n;
  if (reserved !== null && target !== null)
    why.push(`kernel ${target.kernel} reserves ${formatBytes(reserved)} of it`);
  return {
    words,
    expression: words.map((word) => word.replace(/^crashkernel=/, "")).join(" "),
    reservedBytes: reserved === null ? null : Number(reserved),
    why,
    warnings: findings.filter((f) => f.severity === "warning" || f.severity === "note").map((f) => f.message),
    reasons: findings
      .filter((f) => f.severity === "error" || f.severity === "objection")
      .map((f) => ({ id: f.id, severity: "objection" as const, text: f.message })),
  };
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

function recommendation(facts: Facts, profile: Profile): string {
  const expression = profile.crashkernel.recommended[facts.arch];
  if (expression !== undefined) return expression;
  throw new RefusedError(`no size is known for ${profile.title} on ${facts.arch}`, {
    hint: "give one: --crashkernel SIZE",
  });
}

/** The kernel that will read the parameter: the running one, or on an image the newest installed. */
export function targetKernel(
  facts: Pick<Facts, "kernels" | "runningKernel" | "arch">,
): { readonly kernel: string; readonly arch: string } | null {
  const installed = facts.kernels.filter((kernel) => !kernel.release.startsWith("0-rescue"));
  const kernel = facts.runningKernel ?? installed[installed.length - 1]?.release;
  return kernel === undefined ? null : { kernel, arch: facts.arch };
}

function memorySource(facts: Facts): string {
  const names = {
    iomem: "System RAM of /proc/iomem",
    "memory-blocks": "/sys/devices/system/memory",
    meminfo: "estimated from /proc/meminfo",
    option: "--ram",
  };
  return facts.memory === null ? "unknown" : names[facts.memory.source];
}
