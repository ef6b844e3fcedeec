import type { Report } from "../audit.js";

/** The document of an audit; without `schema` and `command`, which every document has. */
export function jsonDocument(report: Report): Readonly<Record<string, unknown>> {
  const { host, policy, compliant, counts, checkedAt, checks } = report;
  return {
    policy,
    compliant,
    checkedAt,
    host,
    summary: counts,
    checks: checks.map((check) => ({
      id: check.id,
      title: check.title,
      status: check.status,
      severity: check.severity,
      expected: check.expected,
      actual: check.actual,
      evidence: check.evidence,
      place: check.place,
      fix: check.fix,
      reason: check.reason,
      references: check.references,
    })),
  };
}
