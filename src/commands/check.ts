import { resolve } from "node:path";
import texts from "virtual:policies";
import { countOf, type Report, runChecks } from "../audit/audit.js";
import { baselineRules } from "../audit/baselines.js";
import { isLoaded } from "../audit/capture.js";
import { jsonDocument } from "../audit/formats/json.js";
import { render } from "../audit/formats/render.js";
import type { AuditInput } from "../audit/input.js";
import { builtInPolicy, type Policy } from "../audit/policy.js";
import { EXIT, type ExitCode, UsageError } from "../errors.js";
import type { AuditFacts } from "../facts/audit-facts.js";
import { openMachine } from "../machine/host.js";
import { openReader } from "../machine/reader.js";
import { showReport } from "../ui/audit.js";
import type { Output } from "../ui/output.js";
import { auditedHost, gatherAudit } from "./audit-input.js";
import { JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { CheckRequest } from "./request.js";
import { type OpenMachine, openTarget } from "./target.js";
import { VERSION } from "./version.js";

/** More than any policy is. */
const POLICY_LIMIT = 1024 * 1024;

/** `--check`: looks and judges, changes nothing, and runs nothing of an image. */
export async function check(
  request: CheckRequest,
  output: Output,
  open: OpenMachine = openMachine,
  now: () => Date = () => new Date(),
): Promise<Outcome> {
  const policy = await policyOf(request.policy);
  const target = openTarget(request, open);
  const input = await gatherAudit(target);
  for (const warning of target.warnings) output.talk(`${output.style.yellow("warning:")} ${warning}`);
  const report = reportOf(input, policy, now());
  showReport(output, report, request.verbose);
  const document = { schema: JSON_SCHEMA, command: "check", ...jsonDocument(report) };
  const rendered = render(report, request.format);
  return { exit: exitOf(report), document, ...(rendered === undefined ? {} : { rendered }) };
}

export function reportOf(input: AuditInput, policy: Policy, now: Date): Report {
  const { facts, profile, more } = input;
  const checkedAt = now.toISOString().replace(/\.\d+Z$/, "Z");
  const rules = policy.base === "disabled" ? baselineRules(texts["baselines.json"] ?? "", facts.os) : [];
  const checks = runChecks(input, policy, checkedAt.slice(0, 10), rules);
  const counts = countOf(checks);
  return {
    host: auditedHost(input),
    title: profile.title,
    hostname: more.hostname ?? "this system",
    policy: policy.name,
    checks,
    counts,
    compliant: counts.fail === 0 && counts.unknown === 0,
    ...running(more, input),
    version: VERSION,
    checkedAt,
  };
}

function running(more: AuditFacts, input: AuditInput): Pick<Report, "reservedBytes" | "loaded"> {
  const reserved = more.kexec?.reserved;
  return {
    reservedBytes: reserved?.kind === "known" ? reserved.value : null,
    loaded: isLoaded(input),
  };
}

function exitOf({ counts }: Report): ExitCode {
  if (counts.fail > 0) return EXIT.notCompliant;
  return counts.unknown > 0 ? EXIT.undetermined : EXIT.ok;
}

/** The file is one of the machine that runs us, whatever --root says: a fleet has one policy and many images. */
async function policyOf(name: string): Promise<Policy> {
  if (name === "enabled" || name === "disabled") return builtInPolicy(name);
  const state = openReader("/").read(resolve(name), POLICY_LIMIT);
  if (state.kind !== "file") {
    const why = {
      absent: "there is no such file",
      other: "it is no regular file, or too large",
      unreadable: "it cannot be read",
    }[state.kind];
    throw new UsageError(`--policy ${name}: ${why}`, { hint: "give enabled, disabled, or a policy file" });
  }
  const { parsePolicy } = await import("../audit/policy-file.js");
  return parsePolicy(Buffer.from(state.text, "latin1").toString("utf8"), name);
}
