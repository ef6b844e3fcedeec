/** CSV (RFC 4180), one row a check. A spreadsheet takes what begins like a formula for one: such a cell gets a quote in front. */
import type { Report } from "../audit.js";
import { plainLine } from "./plain.js";

const COLUMNS = [
  "hostname",
  "machineId",
  "checkedAt",
  "policy",
  "id",
  "status",
  "severity",
  "title",
  "expected",
  "actual",
  "evidence",
  "file",
  "line",
  "fix",
  "reason",
  "references",
] as const;

export function csv(report: Report): string {
  const { hostname, host, checkedAt, policy } = report;
  const machineId = typeof host.machineId === "string" ? host.machineId : "";
  const rows = report.checks.map((check) => [
    hostname,
    machineId,
    checkedAt,
    policy,
    check.id,
    check.status,
    check.severity,
    check.title,
    check.expected,
    check.actual,
    check.evidence,
    check.place?.path ?? "",
    check.place === null ? "" : String(check.place.line),
    check.fix ?? "",
    check.reason ?? "",
    check.references.join(" "),
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(text: string): string {
  const plain = plainLine(text);
  const safe = /^\s*[=+\-@]/.test(plain) ? `'${plain}` : plain;
  return /[",]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
