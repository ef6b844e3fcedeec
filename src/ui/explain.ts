/** The screen of `explain`. ASCII only: it has to be readable on a serial console. */
import type { Explanation } from "../crashkernel/explain.js";
import type { Finding } from "../crashkernel/finding.js";
import type { Room } from "../crashkernel/room.js";
import { formatBytes } from "../crashkernel/size.js";
import { roomLines, verdictLines } from "./explain-verdict.js";
import { type Output, plainCharacters, type Style } from "./output.js";

import { shareBar, spanBar, spanTable } from "./span-bar.js";
import { WIDTH, wrapped } from "./wrap.js";

/** Columns before a line with a caret below it. */
const CARET_INDENT = 4;

/** The line, or the part of it around `at`, and a caret under that character. */
function pointAt(line: string, at: number): readonly string[] {
  const shown = plainCharacters(line);
  const width = WIDTH - CARET_INDENT - 2 * "...".length;
  if (shown.length <= WIDTH - CARET_INDENT) return [shown, `${" ".repeat(at)}^`];
  const from = Math.max(0, Math.min(at - Math.floor(width / 2), shown.length - width));
  const [left, right] = [from > 0 ? "..." : "", from + width < shown.length ? "..." : ""];
  return [
    `${left}${shown.slice(from, from + width)}${right}`,
    `${" ".repeat(left.length + Math.max(0, at - from))}^`,
  ];
}

function findingLines(finding: Finding, line: string, style: Style): readonly string[] {
  const colour = { error: style.red, objection: style.yellow, warning: style.yellow, note: style.cyan };
  const said = `${colour[finding.severity](`${finding.severity}:`)} ${wrapped(plainCharacters(finding.message), 2, finding.severity.length + 2)}`;
  return finding.at === null
    ? [said]
    : [said, ...pointAt(line, finding.at).map((row) => " ".repeat(CARET_INDENT) + row)];
}

/** By its full release, which a vendor's build is known by. */
function kernelLine({ target, traits }: Explanation): string {
  if (target === null || traits === null) return "kernel not known";
  const release = plainCharacters(target.kernel);
  const vendor = release === traits.label || !traits.label.startsWith("el") ? "" : ` (${traits.label})`;
  return `kernel ${release}${vendor} on ${plainCharacters(target.arch)}`;
}

/** Findings that a screen shows, the most severe first. */
const MOST = 20;

/** The same of several words at once, said of the first of them with how many there are. */
function counted(findings: readonly Finding[]): readonly Finding[] {
  const same = findings.filter(({ id }) => id === "not-last");
  if (same.length < 2) return findings;
  return findings
    .filter((one) => one.id !== "not-last" || one === same[0])
    .map((one) => (one === same[0] ? { ...one, message: `${one.message} (${same.length} do not)` } : one));
}

/** The whole screen, on standard output: it is the result. */
export function showExplanation(
  output: Output,
  explanation: Explanation,
  about: {
    /** above everything else */
    readonly first: readonly string[];
    readonly notes: readonly string[];
    readonly memory: string;
    readonly result: string;
    readonly room: Room | null;
    /** a value that has nothing against it; null where none is known */
    readonly works: string | null;
  },
): void {
  const { style, result } = output;
  const { line, ramBytes, comparedBytes, spans, evaluated, findings } = explanation;
  const here =
    ramBytes === null || comparedBytes === null || explanation.here === null
      ? null
      : { bytes: ramBytes, compared: comparedBytes, span: explanation.here };
  const block = (lines: readonly string[]): void => {
    if (lines.length > 0) result(`\n${lines.join("\n")}`);
  };
  if (about.first.length > 0)
    result(`${about.first.map((row) => wrapped(plainCharacters(row), 2, 0)).join("\n")}\n`);
  const title = plainCharacters(line);
  result(style.bold(title.length > 4 * WIDTH ? `${title.slice(0, 4 * WIDTH)}...` : title));
  result(
    `${kernelLine(explanation)}, memory ${ramBytes === null ? "" : `${formatBytes(ramBytes)} `}(${about.memory})`,
  );
  for (const note of about.notes) result(wrapped(plainCharacters(note), 2, 0));
  if (spans !== null) {
    block(spanTable(spans, here, style).map((row) => `  ${row}`));
    block(spanBar(spans, here).map((row) => `  ${row}`));
  } else if (about.result === "reserves" && evaluated?.ok === true && ramBytes !== null)
    block([`  ${shareBar(evaluated.reserved, ramBytes)}`]);
  const colour =
    about.result === "reserves" ? style.green : about.result === "unknown" ? style.yellow : style.red;
  const [first, ...rest] = verdictLines(explanation, about.room);
  if (first !== undefined) block([colour(wrapped(first, 2, 0)), ...rest.map((row) => wrapped(row, 2, 0))]);
  if (about.room !== null) block(roomLines(about.room).map((row) => wrapped(row, 2, 0)));
  const said = counted(findings);
  const shown = said.slice(0, MOST);
  const more = said.length - shown.length;
  block([
    ...shown.flatMap((finding) => findingLines(finding, line, style)),
    ...(more > 0 ? [`... and ${more} more (--format json has them all)`] : []),
  ]);
  const advice = adviceOf(explanation, about);
  if (advice !== null) block([advice]);
}

/** What a set-up run with this value would say. */
function adviceOf(
  { findings }: Explanation,
  { result, works }: { readonly result: string; readonly works: string | null },
): string | null {
  if (result === "not-accepted") return works === null ? null : `A value that works: ${works}`;
  if (findings.some(({ id }) => id === "no-parameter"))
    return "There is nothing to take; kdump-setup --crashkernel auto sets one.";
  const stops = findings.some(({ severity }) => severity === "error" || severity === "objection");
  return stops ? "kdump-setup --crashkernel takes it only with --force." : null;
}
