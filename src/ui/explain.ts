/** The screen of `explain`. ASCII only: it has to be readable on a serial console. */
import type { Explanation } from "../crashkernel/explain.js";
import type { Finding } from "../crashkernel/finding.js";
import type { Room } from "../crashkernel/room.js";
import { exactBytes, formatBytes } from "../crashkernel/size.js";
import type { Output, Style } from "./output.js";
import { shareBar, spanBar, spanTable, WIDTH } from "./span-bar.js";

/** One character for one character, so that a caret below stays in its place. */
function plainCharacters(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** The line, or the part of it around `at`, and a caret under that character. */
function pointAt(line: string, at: number, width = WIDTH): readonly string[] {
  const shown = plainCharacters(line);
  if (shown.length <= width) return [shown, `${" ".repeat(at)}^`];
  const from = Math.max(0, Math.min(at - Math.floor(width / 2), shown.length - width));
  const [left, right] = [from > 0 ? "..." : "", from + width < shown.length ? "..." : ""];
  return [
    `${left}${shown.slice(from, from + width)}${right}`,
    `${" ".repeat(left.length + Math.max(0, at - from))}^`,
  ];
}

function findingLines(finding: Finding, line: string, style: Style): readonly string[] {
  const colour = { error: style.red, objection: style.yellow, warning: style.yellow, note: style.cyan };
  const said = `${colour[finding.severity](`${finding.severity}:`)} ${plainCharacters(finding.message)}`;
  return finding.at === null ? [said] : [said, ...pointAt(line, finding.at).map((row) => `    ${row}`)];
}

/** The kernel's answer in sentences. */
function verdictLines({ evaluated, traits }: Explanation, noRoom = false): readonly string[] {
  if (evaluated === null) return ["What the kernel reserves cannot be said."];
  const logs = evaluated.log.map((line) => `The kernel logs: ${plainCharacters(line)}`);
  if (!evaluated.ok) {
    const silent = evaluated.log.length === 0 && traits?.features.has("supported") === true;
    return ["The kernel reserves nothing.", ...logs, ...(silent ? ["It logs nothing about it."] : [])];
  }
  if (evaluated.reserved === 0n) return ["The kernel reserves nothing.", ...logs];
  const size = formatBytes(evaluated.reserved);
  if (noRoom) return [`The kernel takes it for ${size} and looks for a place.`, ...logs];
  const cma = evaluated.cma === null ? [] : [`${formatBytes(evaluated.cma)} more come from CMA.`];
  if (evaluated.high) {
    const low = evaluated.low ?? 0n;
    const below =
      low === 0n ? "nothing below it" : `${formatBytes(low)} below it for devices that reach no further`;
    return [`The kernel reserves ${size} above 4 GiB where it can, with ${below}.`, ...cma, ...logs];
  }
  const where =
    evaluated.base === 0n ? "and chooses the place" : `at ${formatBytes(evaluated.base)}, or nothing`;
  return [`The kernel reserves ${size} ${where}.`, ...cma, ...logs];
}

/** Where it would lie on this machine, and how sure that is. */
function roomLines(room: Room): readonly string[] {
  const { fit, largestBelow, largestAbove, align } = room;
  const free = `Largest free block: ${formatBytes(largestBelow)} below 4 GiB, ${formatBytes(largestAbove)} above${align === null ? "" : `, in steps of ${exactBytes(align)}`}.`;
  switch (fit.kind) {
    case "placed": {
      const low =
        fit.low === null
          ? ""
          : `, and ${formatBytes(fit.low.end - fit.low.start)} of low memory at ${formatBytes(fit.low.start)}`;
      return [
        `It fits as the memory is laid out now: at ${formatBytes(fit.crash.start)}${low}.`,
        ...kaslrLines(room),
        free,
      ];
    }
    case "no-room": {
      const what = {
        main: "It does not fit",
        low: "Its low part does not fit",
        offset: "It does not fit at that place",
      };
      const logs = fit.log.map((line) => `The kernel logs: ${plainCharacters(line)}`);
      return [`${what[fit.what]} on this machine: nothing is reserved.`, ...logs, free];
    }
    case "nothing":
      return [free];
    case "unknown":
      return ["How this kernel looks for a place is not known here.", free];
    default:
      return fit satisfies never;
  }
}

function kaslrLines({ kaslr, imageBytes }: Room): readonly string[] {
  if (kaslr === null || imageBytes === null) return [];
  const image = `its own ${formatBytes(imageBytes)}`;
  return kaslr === "steady"
    ? [`With KASLR the kernel puts ${image} elsewhere at each boot, and it fits all the same.`]
    : [
        `With KASLR the kernel puts ${image} elsewhere at each boot: in a bad place it fits only elsewhere, or not at all.`,
      ];
}

/** Findings that a screen shows, the most severe first. */
const MOST = 20;

/** The whole screen, on standard output: it is the result. */
export function showExplanation(
  output: Output,
  explanation: Explanation,
  about: {
    readonly notes: readonly string[];
    readonly memory: string;
    readonly result: string;
    readonly room: Room | null;
  },
): void {
  const { style, result } = output;
  const { line, traits, ramBytes, comparedBytes, spans, evaluated, findings } = explanation;
  const here =
    ramBytes === null || comparedBytes === null ? null : { bytes: ramBytes, compared: comparedBytes };
  const block = (lines: readonly string[]): void => {
    if (lines.length > 0) result(`\n${lines.join("\n")}`);
  };
  const title = plainCharacters(line);
  result(style.bold(title.length > 4 * WIDTH ? `${title.slice(0, 4 * WIDTH)}...` : title));
  const kernel = traits === null ? "kernel not known" : `kernel ${traits.label} on ${traits.arch}`;
  result(`${kernel}, memory ${here === null ? "" : `${formatBytes(here.bytes)} `}(${about.memory})`);
  for (const note of about.notes) result(plainCharacters(note));
  if (spans !== null) {
    block(spanTable(spans, here, style).map((row) => `  ${row}`));
    block(spanBar(spans, here).map((row) => `  ${row}`));
  } else if (evaluated?.ok === true && evaluated.reserved > 0n && here !== null)
    block([`  ${shareBar(evaluated.reserved, here.bytes)}`]);
  const noRoom = about.room?.fit.kind === "no-room";
  const colour =
    about.result === "reserves" ? style.green : about.result === "unknown" ? style.yellow : style.red;
  const [first, ...rest] = verdictLines(explanation, noRoom);
  if (first !== undefined) block([colour(first), ...rest]);
  if (about.room !== null) block(roomLines(about.room));
  const shown = findings.slice(0, MOST);
  const more = findings.length - shown.length;
  block([
    ...shown.flatMap((finding) => findingLines(finding, line, style)),
    ...(more > 0 ? [`... and ${more} more (--format json has them all)`] : []),
  ]);
  const advice = adviceOf(explanation, about.result);
  if (advice !== null) block([advice]);
}

/** What a set-up run with this value would say. */
function adviceOf({ findings }: Explanation, result: string): string | null {
  if (result === "not-accepted")
    return "A value that works: kdump-setup explain auto, or a size such as 256M.";
  const stops = findings.some(({ severity }) => severity === "error" || severity === "objection");
  return stops ? "kdump-setup --crashkernel takes it only with --force." : null;
}
