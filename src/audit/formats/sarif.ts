/** SARIF 2.1.0 (OASIS standard), as code scanning reads it: each result points at the file and line at fault. */
import { Buffer } from "node:buffer";
import type { Report } from "../audit.js";
import type { Severity } from "../catalogue.js";
import type { Check, Status } from "../check.js";

const LEVELS: Readonly<Record<Severity, string>> = {
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};
/** Section 3.27.9: open means that what was found is not enough to decide. */
const KINDS: Readonly<Record<Status, string>> = {
  pass: "pass",
  fail: "fail",
  unknown: "open",
  skipped: "notApplicable",
};

export function sarif(report: Report): string {
  const { checks, policy, version, checkedAt, host } = report;
  const run = {
    tool: {
      driver: {
        name: "kdump-setup",
        version,
        rules: checks.map(({ id, title, severity, expected }) => ({
          id,
          shortDescription: { text: title },
          fullDescription: { text: `Expected: ${expected}` },
          defaultConfiguration: { level: LEVELS[severity] },
          properties: { severity },
        })),
      },
    },
    invocations: [{ executionSuccessful: true, endTimeUtc: checkedAt }],
    originalUriBaseIds: { ROOT: { uri: "file:///" } },
    properties: { policy, host },
    results: checks.map((check, ruleIndex) => ({ ...resultOf(check), ruleIndex })),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(check: Check): Readonly<Record<string, unknown>> {
  const { id, status, severity, references } = check;
  const locations = locationsOf(check);
  return {
    ruleId: id,
    kind: KINDS[status],
    level: status === "fail" ? LEVELS[severity] : "none",
    message: { text: message(check) },
    ...(locations.length === 0 ? {} : { locations }),
    partialFingerprints: { "check/v1": id },
    ...(references.length === 0 ? {} : { properties: { references } }),
  };
}

function message({ title, actual, reason, fix, evidence, status }: Check): string {
  const found = status === "skipped" || status === "unknown" ? (reason ?? "") : `${actual} (${evidence})`;
  return `${title}: ${found}.${fix === null ? "" : ` Fix: ${fix}.`}`;
}

function locationsOf({ place, evidence }: Check): readonly unknown[] {
  const path = place?.path ?? (/^\/\S+$/.test(evidence) ? evidence : null);
  if (path === null) return [];
  const artifactLocation = { uri: relativeUri(path), uriBaseId: "ROOT" };
  const region = place === null ? {} : { region: { startLine: place.line } };
  return [{ physicalLocation: { artifactLocation, ...region } }];
}

/** A name with half of a surrogate pair has no UTF-8, and none in a URI. */
function relativeUri(path: string): string {
  return path
    .slice(1)
    .split("/")
    .map((name) => encodeURIComponent(Buffer.from(name, "utf8").toString("utf8")))
    .join("/");
}
