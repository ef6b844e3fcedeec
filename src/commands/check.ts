import { resolve } from "node:path";
import texts from "virtual:policies";
import { countOf, type Report, runChecks } from "../audit/audit.js";
import { baselineRules } from "../audit/baselines.js";
import { isLoaded } from "../audit/capture.js";
import { jsonDocument } from "../audit/formats/json.js";
import { render } from "../audit/formats/render.js";
import type { AuditInput } from "../audit/input.js";
import { builtInPolicy, type Policy } from "../audit/policy.js";
import { readWords } from "../audit/words.js";
import { evaluateCmdline } from "../crashkernel/evaluate.js";
import type { Profile } from "../distro/profile.js";
import { EXIT, type ExitCode, RefusedError, UsageError } from "../errors.js";
import { type AuditFacts, collectAuditFacts } from "../facts/audit-facts.js";
import { targetKernel } from "../facts/boots.js";
import { collectCapture } from "../facts/capture-parts.js";
import { openMachine } from "../machine/host.js";
import type { Reader } from "../machine/machine.js";
import { openReader } from "../machine/reader.js";
import { blockerReason } from "../plan/preflight.js";
import type { Facts } from "../types.js";
import { showReport } from "../ui/audit.js";
import type { Output } from "../ui/output.js";
import { askSpace, askUnit } from "./check-probe.js";
import { hostOf, JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { CheckRequest } from "./request.js";
import { sizeFor } from "./size.js";
import { type OpenMachine, openTarget } from "./target.js";
import { VERSION } from "./version.js";

/** More than any policy is. */
const POLICY_LIMIT = 1024 * 1024;
/** What is looked at is not the machine it seems to be: nothing here could be judged. */
const NO_MACHINE: ReadonlySet<string> = new Set(["container", "wsl", "chroot"]);

/** `--check`: looks and judges, changes nothing, and runs nothing of an image. */
export async function check(
  request: CheckRequest,
  output: Output,
  open: OpenMachine = openMachine,
  now: () => Date = () => new Date(),
): Promise<Outcome> {
  const policy = await policyOf(request.policy);
  const target = openTarget(request, open);
  const { machine, profile } = target;
  const facts = target.look();
  const elsewhere = facts.blockers.filter(({ id }) => NO_MACHINE.has(id));
  if (!facts.image && elsewhere.length > 0) {
    const reasons = elsewhere.map(blockerReason);
    throw new RefusedError(reasons.map(({ text }) => text).join("\n"), { reasons });
  }
  const more = collectAuditFacts(machine, facts, profile);
  const [unit, space] = await Promise.all([askUnit(machine, facts.kdump.unit.name), askSpace(machine, more)]);
  const input: AuditInput = {
    facts,
    profile,
    more,
    words: readWords(facts, profile),
    target: targetKernel(facts),
    unit,
    space,
    sizing: collectCapture(machine, facts, profile, facts.memory?.bytes ?? null),
    recommendedBytes: recommended(machine, facts, profile),
  };
  for (const warning of target.warnings) output.talk(`${output.style.yellow("warning:")} ${warning}`);
  const report = reportOf(input, policy, now());
  showReport(output, report, request.verbose);
  const document = { schema: JSON_SCHEMA, command: "check", ...jsonDocument(report) };
  const rendered = render(report, request.format);
  return { exit: exitOf(report), document, ...(rendered === undefined ? {} : { rendered }) };
}

function reportOf(input: AuditInput, policy: Policy, now: Date): Report {
  const { facts, profile, more } = input;
  const checkedAt = now.toISOString().replace(/\.\d+Z$/, "Z");
  const rules = policy.base === "disabled" ? baselineRules(texts["baselines.json"] ?? "", facts.os) : [];
  const checks = runChecks(input, policy, checkedAt.slice(0, 10), rules);
  const counts = countOf(checks);
  const { hostname, machineId } = more;
  return {
    host: { ...hostOf(facts, profile.id), hostname, machineId },
    title: profile.title,
    hostname: hostname ?? "this system",
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

/** What a set-up run would reserve here now; null where the memory is not known, or nothing is recommended. */
function recommended(reader: Reader, facts: Facts, profile: Profile): number | null {
  const target = targetKernel(facts);
  if (facts.memory === null || target === null) return null;
  if (profile.crashkernel.recommended[facts.arch] === undefined) return null;
  const ramBytes = BigInt(facts.memory.bytes);
  const sized = sizeFor("auto", reader, facts, profile, ramBytes);
  if (sized.refused !== null) return null;
  const evaluated = evaluateCmdline(`crashkernel=${sized.expression}`, ramBytes, target);
  return evaluated.ok && evaluated.reserved > 0n ? Number(evaluated.reserved) : null;
}
