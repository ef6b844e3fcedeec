import { CATALOGUE, type CheckId, type Severity } from "./catalogue.js";

/** unknown: it could not be read. skipped: it does not apply here, or its failing was accepted. Both say why. */
export type Status = "pass" | "fail" | "unknown" | "skipped";

/** A setting in a file, as a report points at it. */
export interface FilePlace {
  readonly path: string;
  /** 1-based */
  readonly line: number;
}

/** One check, as it came out on one system. */
export interface Check {
  readonly id: CheckId;
  readonly title: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly expected: string;
  /** "not known" where it could not be read or was not looked at */
  readonly actual: string;
  /** the file or command it was read from */
  readonly evidence: string;
  /** the line that is at fault, where there is one */
  readonly place: FilePlace | null;
  /** what to do; null where nothing is to be done */
  readonly fix: string | null;
  /** why it is unknown or skipped; null otherwise */
  readonly reason: string | null;
  /** rules of published baselines that ask for it */
  readonly references: readonly string[];
}

interface Seen {
  readonly actual: string;
  readonly evidence: string;
  readonly place?: FilePlace | null;
  /** in the place of the catalogue's */
  readonly expected?: string;
}

const NOT_KNOWN = "not known";

export function pass(id: CheckId, seen: Seen): Check {
  return made(id, "pass", seen, null, null);
}

export function fail(id: CheckId, seen: Seen & { readonly fix: string }): Check {
  return made(id, "fail", seen, seen.fix, null);
}

/** `fix`: how it could be known. */
export function unknown(
  id: CheckId,
  about: { readonly reason: string; readonly evidence: string; readonly fix?: string },
): Check {
  return made(id, "unknown", { actual: NOT_KNOWN, ...about }, about.fix ?? null, about.reason);
}

export function skipped(id: CheckId, about: { readonly reason: string; readonly evidence: string }): Check {
  return made(id, "skipped", { actual: NOT_KNOWN, ...about }, null, about.reason);
}

function made(id: CheckId, status: Status, seen: Seen, fix: string | null, reason: string | null): Check {
  const { title, severity, expected } = CATALOGUE[id];
  return {
    id,
    title,
    status,
    severity,
    expected: seen.expected ?? expected,
    actual: seen.actual,
    evidence: seen.evidence,
    place: seen.place ?? null,
    fix,
    reason,
    references: [],
  };
}
