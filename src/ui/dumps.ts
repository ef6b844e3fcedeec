/** The saved dumps as a table, with what opens each of them. */
import { aboutBytes } from "../crashkernel/size.js";
import { type Output, printable } from "./output.js";

export interface ShownDump {
  readonly name: string;
  readonly host: string | null;
  readonly directory: string;
  readonly crashedAt: string | null;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly kernel: string | null;
  readonly machine: string | null;
  readonly format: "kdump-compressed" | "elf" | "unknown";
  readonly flattened: boolean;
  readonly packed: string | null;
  readonly compression: string | null;
  readonly level: number | null;
  readonly state: "saved" | "incomplete" | "no-dump" | "unreadable";
  readonly log: string | null;
  readonly panic: string | null;
  readonly debugKernel: {
    readonly path: string;
    readonly installed: boolean;
    readonly package: string;
  } | null;
  readonly open: readonly string[];
  readonly unflatten: string | null;
}

export function showDumps(output: Output, dumps: readonly ShownDump[]): void {
  const head = ["when", "size", "kernel", "saved as"];
  const rows = dumps.map((dump) =>
    [
      dump.crashedAt === null
        ? `${dump.name} (its name)`
        : dump.crashedAt.replace("T", " ").replace("Z", " UTC"),
      aboutBytes(dump.bytes),
      dump.kernel ?? "?",
      savedAs(dump),
    ].map((text) => printable(text).replace(/\n/g, " ")),
  );
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  output.result(output.style.bold(line(head)));
  for (const [at, dump] of dumps.entries()) {
    output.result(line(rows[at] ?? []));
    for (const text of details(output, dump)) output.result(`    ${text}`);
  }
}

function savedAs({ format, flattened, packed, compression, level, state }: ShownDump): string {
  if (state === "no-dump") return "no dump";
  if (packed !== null) return `packed with ${packed}`;
  if (format === "unknown") return "?";
  const words = [
    format === "elf" ? "ELF" : (compression ?? "not compressed"),
    ...(level === null ? [] : [`level ${level}`]),
    ...(flattened ? ["flattened"] : []),
  ];
  return words.join(", ");
}

function details({ style }: Output, dump: ShownDump): readonly string[] {
  const { state, panic, log, debugKernel, level, unflatten } = dump;
  const safe = (text: string) => printable(text).replace(/\n/g, " ");
  const state_ = {
    saved: [],
    incomplete: [
      style.yellow("incomplete: it was never finished, or is cut short; crash may still open a part of it"),
    ],
    "no-dump": [
      style.yellow(`no dump in ${safe(dump.directory)}${log === null ? "" : `, only the log ${safe(log)}`}`),
    ],
    unreadable: [style.yellow(`${safe(dump.directory)} cannot be read: run it as root`)],
  }[state];
  const where = dump.host === null ? [] : [safe(`of another machine: ${dump.host}`)];
  const why = panic === null ? [] : [safe(panic)];
  if (state === "no-dump" || state === "unreadable") return [...where, ...why, ...state_];
  return [
    ...where,
    ...why,
    ...state_,
    ...(level !== null && level < 2
      ? [
          `level ${level}: free pages and caches are in it; older releases save so where no debug kernel is installed`,
        ]
      : []),
    ...(debugKernel === null || debugKernel.installed
      ? []
      : [safe(`debug kernel not installed: ${debugKernel.path} is of the package ${debugKernel.package}`)]),
    ...dump.open.map((command) => style.cyan(safe(command))),
    ...(unflatten === null ? [] : [safe(`for other programs: ${unflatten}`)]),
  ];
}
