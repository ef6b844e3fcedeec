import type { BaselineRule } from "./baselines.js";
import { bootChecks } from "./boot.js";
import { captureChecks } from "./capture.js";
import type { Check, Status } from "./check.js";
import { dumpChecks } from "./dump.js";
import type { AuditInput } from "./input.js";
import { kexecChecks } from "./kexec.js";
import { offChecks } from "./off.js";
import { panicChecks } from "./panic.js";
import { judged, type Policy, policyChecks } from "./policy.js";
import { reservationChecks } from "./reservation.js";
import { serviceChecks } from "./service.js";
import { wasteChecks } from "./waste.js";

/** One audit of one system. Everything but `checkedAt` is the same for the same facts. */
export interface Report {
  /** host.distro, arch, kernel, ramBytes, hostname, machineId */
  readonly host: Readonly<Record<string, unknown>>;
  /** the system's name for a person */
  readonly title: string;
  readonly hostname: string;
  readonly policy: string;
  readonly checks: readonly Check[];
  readonly counts: Readonly<Record<Status, number>>;
  readonly compliant: boolean;
  /** what the numbers of a report are made from; null where not known, and on an image */
  readonly reservedBytes: number | null;
  readonly loaded: boolean | null;
  /** of this program */
  readonly version: string;
  /** ISO 8601, UTC, whole seconds */
  readonly checkedAt: string;
}

/** All checks of a policy, in the order of the catalogue. Pure: the same facts give the same checks. */
export function runChecks(
  input: AuditInput,
  policy: Policy,
  today: string,
  rules: readonly BaselineRule[],
): readonly Check[] {
  const checks =
    policy.base === "disabled"
      ? offChecks(input)
      : [
          ...reservationChecks(input),
          ...bootChecks(input),
          ...serviceChecks(input),
          ...captureChecks(input),
          ...dumpChecks(input),
          ...panicChecks(input),
          ...kexecChecks(input),
          ...wasteChecks(input),
        ];
  return [...checks, ...policyChecks(input, policy)]
    .map((check) => judged(check, policy, today))
    .map((check) => ({
      ...check,
      references: rules.filter(({ checks: ids }) => ids.includes(check.id)).map(({ id }) => id),
    }));
}

export function countOf(checks: readonly Check[]): Report["counts"] {
  const of = (status: Status) => checks.filter((check) => check.status === status).length;
  return { pass: of("pass"), fail: of("fail"), unknown: of("unknown"), skipped: of("skipped") };
}
