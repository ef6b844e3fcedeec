/** One page that an auditor can keep: no network, no script, light and dark, for print, keyboard and screen reader. */
import { formatBytes } from "../../crashkernel/size.js";
import type { Report } from "../audit.js";
import { GROUPS, type Group, groupOf } from "../catalogue.js";
import type { Check, Status } from "../check.js";
import { PAGE_STYLE } from "./html-style.js";
import { escaped } from "./markup.js";

const WORDS: Readonly<Record<Status, string>> = {
  pass: "Pass",
  fail: "Fail",
  unknown: "Unknown",
  skipped: "Skipped",
};

export function html(report: Report): string {
  const groups = [...new Set(report.checks.map(({ id }) => groupOf(id)))];
  const title = escaped(`kdump on ${report.hostname}, ${report.checkedAt.slice(0, 10)}`);
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title>`,
    `<style>\n${PAGE_STYLE}</style>`,
    "</head>",
    "<body>",
    '<a class="skip" href="#results">To the results</a>',
    "<header>",
    `<h1>${title}</h1>`,
    verdict(report),
    facts(report),
    "</header>",
    '<main id="results">',
    ...failures(report.checks),
    ...groups.map((group) =>
      section(
        group,
        report.checks.filter(({ id }) => groupOf(id) === group),
      ),
    ),
    "</main>",
    `<footer><p>Made by kdump-setup ${escaped(report.version)}. Nothing was changed by looking.</p></footer>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function verdict({ counts, compliant }: Report): string {
  const [kind, word] = compliant
    ? ["pass", "Compliant"]
    : counts.fail > 0
      ? ["fail", "Not compliant"]
      : ["unknown", "Not determined"];
  const numbers = `${counts.fail} fail, ${counts.unknown} unknown, ${counts.pass} pass, ${counts.skipped} skipped`;
  return `<p class="verdict ${kind}"><strong>${word}</strong>: ${numbers}</p>`;
}

function facts({ host, title, policy, checkedAt }: Report): string {
  const rows: readonly (readonly [string, unknown])[] = [
    ["Policy", policy],
    ["Checked at", checkedAt],
    ["System", title],
    ["Kernel", host.kernel],
    ["Architecture", host.arch],
    [
      "Memory",
      typeof host.ramBytes === "number" ? `${formatBytes(host.ramBytes)} (${host.ramBytes} bytes)` : null,
    ],
    ["Machine id", host.machineId],
  ];
  const items = rows.map(
    ([name, value]) => `<div><dt>${name}</dt><dd>${escaped(String(value ?? "not known"))}</dd></div>`,
  );
  return `<dl>\n${items.join("\n")}\n</dl>`;
}

/** What to do, first. */
function failures(checks: readonly Check[]): readonly string[] {
  const failed = checks.filter(({ status }) => status === "fail");
  if (failed.length === 0) return [];
  const items = failed.map(
    ({ id, title, actual, fix }) =>
      `<li><a href="#${anchor(id)}">${escaped(title)}</a>: no, ${escaped(actual)}${fix === null ? "" : `<br>Fix: ${remedy(fix)}`}</li>`,
  );
  return [
    `<section class="to-do" aria-labelledby="to-do">\n<h2 id="to-do">To do</h2>\n<ol>\n${items.join("\n")}\n</ol>\n</section>`,
  ];
}

function section(group: Group, checks: readonly Check[]): string {
  return [
    `<section aria-labelledby="group-${group}">`,
    `<h2 id="group-${group}">${GROUPS[group]}</h2>`,
    "<table>",
    '<thead><tr><th scope="col">Result</th><th scope="col">Check</th><th scope="col">Expected</th><th scope="col">Found</th><th scope="col">Read from</th></tr></thead>',
    "<tbody>",
    ...checks.map(row),
    "</tbody>",
    "</table>",
    "</section>",
  ].join("\n");
}

/** A dot in an id would have to be escaped in a selector. */
const anchor = (id: Check["id"]): string => id.replace(".", "-");

/** A path is rather cut behind a slash than within a name. */
const cut = (text: string): string => escaped(text).replace(/\/(?=.)/g, "/<wbr>");

/** An option is not cut behind its dashes. */
const remedy = (text: string): string =>
  escaped(text).replace(/(?<=^|\s)-[\w-]+/g, '<span class="option">$&</span>');

function row(check: Check): string {
  const { id, title, status, severity, expected, actual, evidence, place, fix, reason, references } = check;
  const notes = [
    ...(reason === null ? [] : [`<p>${escaped(reason)}</p>`]),
    ...(fix === null || status === "skipped" ? [] : [`<p>Fix: ${remedy(fix)}</p>`]),
    ...(references.length === 0 ? [] : [`<p>Asked by ${escaped(references.join(", "))}</p>`]),
  ];
  const at = place === null ? null : `${place.path}:${place.line}`;
  const read = [...(place?.path === evidence ? [] : [evidence]), ...(at === null ? [] : [at])];
  const cells = [
    `<td class="${status}">${WORDS[status]}${status === "fail" ? `<br><small>${severity}</small>` : ""}</td>`,
    `<th scope="row"><code>${id}</code><br>${escaped(title)}</th>`,
    `<td data-label="Expected">${escaped(expected)}</td>`,
    `<td data-label="Found">${escaped(actual)}${notes.join("")}</td>`,
    `<td data-label="Read from">${read.map((one) => `<code>${cut(one)}</code>`).join("<br>")}</td>`,
  ];
  return `<tr id="${anchor(id)}">${cells.join("")}</tr>`;
}
