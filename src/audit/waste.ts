import { formatBytes } from "../crashkernel/size.js";
import { SIZE_FILE } from "../kernel-files.js";
import { isLoaded } from "./capture.js";
import { type Check, fail, pass, skipped, unknown } from "./check.js";
import { type AuditInput, ON_AN_IMAGE } from "./input.js";

/** How many times what would be recommended a reservation may be: what a set-up run itself leaves as it stands. */
const MOST = 2;

/** Memory that is taken away and serves nothing. */
export function wasteChecks(input: AuditInput): readonly Check[] {
  return [unarmed(input), excess(input)];
}

function unarmed(input: AuditInput): Check {
  const id = "waste.unarmed";
  const bytes = reservedBytes(input);
  const is = isLoaded(input);
  if (typeof bytes === "string" || is === null)
    return unjudged(id, typeof bytes === "string" ? bytes : "unknown");
  if (bytes === 0) return pass(id, { actual: "nothing is reserved", evidence: SIZE_FILE });
  if (is)
    return pass(id, { actual: `${formatBytes(bytes)} with a capture kernel in them`, evidence: SIZE_FILE });
  return fail(id, {
    actual: `${formatBytes(bytes)} are reserved and no capture kernel is loaded`,
    evidence: SIZE_FILE,
    fix: "load it (capture.loaded), or give the memory back: kdump-setup --disable",
  });
}

function excess(input: AuditInput): Check {
  const id = "waste.excess";
  const bytes = reservedBytes(input);
  if (typeof bytes === "string") return unjudged(id, bytes);
  if (bytes === 0) return skipped(id, { reason: "nothing is reserved", evidence: SIZE_FILE });
  const { recommendedBytes } = input;
  if (recommendedBytes === null)
    return skipped(id, { reason: "what would be recommended here is not known", evidence: SIZE_FILE });
  const most = MOST * recommendedBytes;
  const seen = {
    expected: `at most ${formatBytes(most)}, twice the ${formatBytes(recommendedBytes)} that would be recommended now`,
    actual: formatBytes(bytes),
    evidence: SIZE_FILE,
  };
  if (bytes <= most) return pass(id, seen);
  return fail(id, {
    ...seen,
    fix: "kdump-setup explain auto shows the need; kdump-setup --crashkernel auto --yes sets it",
  });
}

function reservedBytes({ more }: AuditInput): number | "image" | "unknown" {
  if (more.kexec === null) return "image";
  const { reserved } = more.kexec;
  return reserved.kind === "known" ? reserved.value : reserved.kind === "absent" ? 0 : "unknown";
}

function unjudged(id: "waste.unarmed" | "waste.excess", why: "image" | "unknown"): Check {
  return why === "image"
    ? skipped(id, { reason: ON_AN_IMAGE, evidence: SIZE_FILE })
    : unknown(id, { reason: `${SIZE_FILE} cannot be read`, evidence: SIZE_FILE });
}
