import { formatBytes } from "../crashkernel/size.js";
import { CMDLINE_FILE, SIZE_FILE } from "../kernel-files.js";
import type { CheckId } from "./catalogue.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { type AuditInput, ON_AN_IMAGE } from "./input.js";

/** A check whose failing is accepted for a while. */
export interface Waiver {
  readonly check: CheckId;
  readonly reason: string;
  /** the last day it counts, as 2027-01-31 (UTC) */
  readonly until: string;
}

export interface Policy {
  /** enabled, disabled, or the file's own name */
  readonly name: string;
  readonly base: "enabled" | "disabled";
  /** words that have to be configured, and running */
  readonly words: readonly string[] | null;
  readonly minimumBytes: number | null;
  /** have to pass: unknown and skipped count as failed */
  readonly required: readonly CheckId[];
  readonly waived: readonly Waiver[];
}

export function builtInPolicy(base: Policy["base"]): Policy {
  return { name: base, base, words: null, minimumBytes: null, required: [], waived: [] };
}

/** The checks that only a policy's own values make. */
export function policyChecks(input: AuditInput, policy: Policy): readonly Check[] {
  return [
    ...(policy.words === null ? [] : [expression(input, policy.words)]),
    ...(policy.minimumBytes === null ? [] : [minimum(input, policy.minimumBytes)]),
  ];
}

function expression({ words, facts }: AuditInput, wanted: readonly string[]): Check {
  const id = "policy.expression";
  const expected = wanted.join(" ");
  const { configured, running } = words;
  if (configured.kind === "unknown")
    return unknown(id, { reason: configured.why, evidence: configured.path });
  const stands = configured.words.map(({ word }) => word).join(" ");
  const place = configured.words.at(-1);
  const evidence = place?.path ?? facts.grub.defaults.path;
  const runs = running === null ? stands : running.join(" ");
  const seen = {
    expected,
    evidence,
    place: place === undefined ? null : { path: place.path, line: place.line },
  };
  if (stands !== expected)
    return fail(id, {
      ...seen,
      actual: stands === "" ? "no crashkernel=" : stands,
      fix: `kdump-setup --crashkernel ${wanted.map((word) => word.replace(/^crashkernel=/, "")).join(" ")} --yes, then reboot`,
    });
  if (runs === expected) return pass(id, { ...seen, actual: stands });
  return fail(id, {
    ...seen,
    actual: runs === "" ? "the running kernel has none" : `the running kernel has ${runs}`,
    evidence: CMDLINE_FILE,
    fix: "reboot",
  });
}

function minimum({ more }: AuditInput, bytes: number): Check {
  const id = "policy.minimum";
  const evidence = SIZE_FILE;
  if (more.kexec === null) return skipped(id, { reason: ON_AN_IMAGE, evidence });
  const { reserved } = more.kexec;
  if (reserved.kind === "hidden") return unknown(id, { reason: `${evidence} cannot be read`, evidence });
  const has = reserved.kind === "known" ? reserved.value : 0;
  const seen = {
    expected: `${formatBytes(bytes)} or more`,
    actual: has === 0 ? "0 bytes" : formatBytes(has),
    evidence,
  };
  if (has >= bytes) return pass(id, seen);
  return fail(id, {
    ...seen,
    fix: "give a size that is enough: kdump-setup --crashkernel SIZE --yes, then reboot",
  });
}

/** What a policy makes of the results. `today` as 2026-11-24. */
export function judged(check: Check, policy: Policy, today: string): Check {
  const asked = policy.required.includes(check.id) && check.status !== "pass" ? demanded(check) : check;
  const waiver = policy.waived.find((one) => one.check === check.id);
  if (waiver === undefined || asked.status === "pass" || asked.status === "skipped") return asked;
  if (today > waiver.until)
    return {
      ...asked,
      reason: joined(asked.reason, `its waiver ended on ${waiver.until} (${waiver.reason})`),
    };
  const was = asked.status === "fail" ? `it fails (${asked.actual})` : `it is not known (${asked.reason})`;
  return {
    ...asked,
    status: "skipped",
    reason: `${was}, which is waived until ${waiver.until}: ${waiver.reason}`,
  };
}

function demanded(check: Check): Check {
  if (check.status === "fail") return check;
  const fix = check.fix ?? "the policy requires this check to pass";
  return { ...check, status: "fail", fix, reason: joined(check.reason, "the policy requires it to pass") };
}

function joined(first: string | null, second: string): string {
  return first === null ? second : `${first}; ${second}`;
}
