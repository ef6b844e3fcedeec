/** An audit for a person: by group, the fix beside each failure, one line of summary. */
import type { Report } from "../audit/audit.js";
import { GROUPS, groupOf } from "../audit/catalogue.js";
import type { Check, Status } from "../audit/check.js";
import { plainLine } from "../audit/formats/plain.js";
import { formatBytes } from "../crashkernel/size.js";
import type { Output, Style } from "./output.js";

const WORDS: Readonly<Record<Status, string>> = {
  pass: "pass",
  fail: "FAIL",
  unknown: "????",
  skipped: "skip",
};

/** What was looked at, in one line. */
export function systemLine({ hostname, title, host }: Pick<Report, "hostname" | "title" | "host">): string {
  const memory = typeof host.ramBytes === "number" ? `, ${formatBytes(host.ramBytes)}` : "";
  const kernel = typeof host.kernel === "string" ? `, kernel ${host.kernel}` : "";
  return plainLine(`${hostname}: ${title}, ${host.arch}${kernel}${memory}`);
}

export function showReport(output: Output, report: Report, verbose: boolean): void {
  const { style, result } = output;
  result(`${style.bold(systemLine(report))}; policy ${plainLine(report.policy)}`);
  let group = "";
  for (const check of report.checks) {
    if (groupOf(check.id) !== group) {
      group = groupOf(check.id);
      result(`\n${style.bold(GROUPS[groupOf(check.id)])}`);
    }
    for (const line of linesOf(check, style, verbose)) result(line);
  }
  result(`\n${summary(report, style)}`);
}

function linesOf(check: Check, style: Style, verbose: boolean): readonly string[] {
  const colour = { pass: style.green, fail: style.red, unknown: style.yellow, skipped: style.cyan };
  const severity = check.status === "fail" ? ` (${check.severity})` : "";
  const says = check.status === "skipped" && !verbose ? (check.reason ?? "") : `${check.title}${severity}`;
  const lines = [
    `  ${colour[check.status](WORDS[check.status])}  ${check.id.padEnd(20)}  ${plainLine(says)}`,
  ];
  const more = (name: string, text: string) =>
    lines.push(`        ${`${name}:`.padEnd(11)}${plainLine(text)}`);
  if (check.status === "fail" || verbose) {
    more("expected", check.expected);
    more("actual", check.actual);
    more("read from", `${check.evidence}${at(check)}`);
  }
  if (check.reason !== null && (check.status !== "skipped" || verbose)) more("because", check.reason);
  if (check.references.length > 0 && (check.status === "fail" || verbose))
    more("asked by", check.references.join(", "));
  if (check.fix !== null && check.status !== "skipped") more("fix", check.fix);
  return lines;
}

function at({ place, evidence }: Check): string {
  if (place === null) return "";
  return place.path === evidence ? `:${place.line}` : `, ${place.path}:${place.line}`;
}

function summary({ counts, checks, compliant }: Report, style: Style): string {
  const of = (severity: string) =>
    checks.filter((check) => check.status === "fail" && check.severity === severity).length;
  const severities = ["high", "medium", "low", "info"].flatMap((name) =>
    of(name) > 0 ? [`${of(name)} ${name}`] : [],
  );
  const failed = counts.fail === 0 ? "0 fail" : `${counts.fail} fail (${severities.join(", ")})`;
  const numbers = `${failed}, ${counts.unknown} unknown, ${counts.pass} pass, ${counts.skipped} skipped`;
  if (compliant) return `${style.green("Compliant:")} ${numbers}.`;
  if (counts.fail > 0) return `${style.red("Not compliant:")} ${numbers}.`;
  return `${style.yellow("Not determined:")} ${numbers}.`;
}
