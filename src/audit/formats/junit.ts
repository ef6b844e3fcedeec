/** JUnit's XML, as CI servers read it: a suite a group, a case a check. What is unknown is an error, not a failure. */
import type { Report } from "../audit.js";
import { GROUPS, type Group, groupOf } from "../catalogue.js";
import type { Check } from "../check.js";
import { escaped } from "./markup.js";

export function junit(report: Report): string {
  const groups = [...new Set(report.checks.map(({ id }) => groupOf(id)))];
  const { checks } = report;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kdump-setup, policy ${escaped(report.policy)}"${counts(checks)} time="0">`,
    ...groups.flatMap((group) => suite(report, group)),
    "</testsuites>",
    "",
  ].join("\n");
}

function counts(checks: readonly Check[]): string {
  const of = (status: Check["status"]) => checks.filter((check) => check.status === status).length;
  return ` tests="${checks.length}" failures="${of("fail")}" errors="${of("unknown")}" skipped="${of("skipped")}"`;
}

function suite(report: Report, group: Group): readonly string[] {
  const checks = report.checks.filter(({ id }) => groupOf(id) === group);
  const host = escaped(report.hostname);
  const when = report.checkedAt.replace(/Z$/, "");
  return [
    `  <testsuite name="${host}: ${GROUPS[group]}"${counts(checks)} time="0" timestamp="${when}" hostname="${host}">`,
    ...checks.map(testcase),
    "  </testsuite>",
  ];
}

function testcase(check: Check): string {
  const head = `    <testcase classname="kdump.${groupOf(check.id)}" name="${check.id}: ${escaped(check.title)}" time="0"`;
  const body = outcome(check);
  return body === "" ? `${head}/>` : `${head}>\n      ${body}\n    </testcase>`;
}

function outcome(check: Check): string {
  const { status, severity, actual, reason } = check;
  switch (status) {
    case "pass":
      return "";
    case "fail":
      return `<failure type="${severity}" message="${escaped(actual)}">${escaped(story(check))}</failure>`;
    case "unknown":
      return `<error type="unknown" message="${escaped(reason ?? "")}">${escaped(story(check))}</error>`;
    case "skipped":
      return `<skipped message="${escaped(reason ?? "")}"/>`;
    default:
      return status satisfies never;
  }
}

function story({ expected, evidence, place, fix }: Check): string {
  const where = place === null ? evidence : `${evidence} (${place.path}:${place.line})`;
  return `expected: ${expected}; read from: ${where}${fix === null ? "" : `; fix: ${fix}`}`;
}
