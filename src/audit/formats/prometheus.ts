/** Prometheus' text format 0.0.4, for node_exporter's textfile collector. The host is the scraper's own label. */
import type { Report } from "../audit.js";
import { plainLine } from "./plain.js";

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

export function prometheus(report: Report): string {
  return metrics(report)
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} gauge`,
        ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
        "",
      ].join("\n"),
    )
    .join("");
}

function metrics(report: Report): readonly Metric[] {
  const { checks, counts, policy, version, reservedBytes, loaded } = report;
  const one = (value: number | null) => (value === null ? [] : [{ labels: {}, value }]);
  return [
    {
      name: "kdump_compliant",
      help: "1 when every check of the policy passes or does not apply.",
      samples: [{ labels: { policy, version }, value: report.compliant ? 1 : 0 }],
    },
    {
      name: "kdump_checks",
      help: "Checks by how they came out.",
      samples: Object.entries(counts).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: "kdump_check_status",
      help: "1 for how this check came out: pass, fail, unknown or skipped.",
      samples: checks.map(({ id, severity, status }) => ({ labels: { id, severity, status }, value: 1 })),
    },
    {
      name: "kdump_reserved_bytes",
      help: "Memory reserved for the capture kernel.",
      samples: one(reservedBytes),
    },
    {
      name: "kdump_loaded",
      help: "1 when a capture kernel is loaded.",
      samples: one(loaded === null ? null : loaded ? 1 : 0),
    },
    {
      name: "kdump_checked_timestamp_seconds",
      help: "When this was looked at, in seconds since 1970.",
      samples: one(Date.parse(report.checkedAt) / 1000),
    },
  ];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${labelValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function labelValue(text: string): string {
  return plainLine(text).replace(/["\\]/g, (c) => `\\${c}`);
}
