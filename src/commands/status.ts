import { readTrial } from "../apply/trial.js";
import { runChecks } from "../audit/audit.js";
import type { Authorship } from "../audit/authorship.js";
import { chainOf } from "../audit/chain.js";
import { builtInPolicy } from "../audit/policy.js";
import { EXIT } from "../errors.js";
import { judgeTrialBoot } from "../facts/trial-boot.js";
import { openMachine } from "../machine/host.js";
import { systemLine } from "../ui/audit.js";
import { type Output, printable } from "../ui/output.js";
import { showStatus } from "../ui/status.js";
import { auditedHost, gatherAudit, journalOf } from "./audit-input.js";
import { JSON_SCHEMA, type Outcome } from "./outcome.js";
import type { StatusRequest } from "./request.js";
import { type OpenMachine, openTarget } from "./target.js";
import { trialDocument } from "./trial-document.js";

/** The chain from a setting to a saved dump, and the one next step. Looks only; what it finds is no failure of its own. */
export async function status(
  request: StatusRequest,
  output: Output,
  open: OpenMachine = openMachine,
): Promise<Outcome> {
  const target = openTarget(request, open);
  const input = await gatherAudit(target);
  for (const warning of target.warnings)
    output.talk(`${output.style.yellow("warning:")} ${printable(warning)}`);
  // the built-in policy waives nothing, so that no day is compared with today's
  const checks = runChecks(input, builtInPolicy("enabled"), "", []);
  const { facts, words, more } = input;
  const chain = chainOf(checks, { image: facts.image, words, regions: more.kexec?.regions ?? [] });
  const known = journalOf(target.machine, facts, words);
  const host = auditedHost(input);
  const next = unfinished(known) ?? chain.next;
  const { title } = target.profile;
  const system = systemLine({ host, title, hostname: more.hostname ?? "this system" });
  const trial = known === null ? null : readTrial(target.machine);
  const boot = trial?.armed == null ? null : judgeTrialBoot(target.base, trial.armed.bootId);
  showStatus(output, {
    system,
    chain,
    authorship: known,
    next,
    trial: trial === null ? null : { trial, boot },
  });
  const journal = {
    readable: known !== null,
    setBy: known?.author ?? null,
    unfinished: known?.unfinished?.id ?? null,
  };
  const { links, besides } = chain;
  return {
    exit: EXIT.ok,
    document: {
      schema: JSON_SCHEMA,
      command: "status",
      host,
      links,
      next,
      besides,
      journal,
      trial: trial === null ? null : trialDocument(trial, boot),
    },
  };
}

/** Half of a change stands: that goes before anything the chain says. */
function unfinished(known: Authorship | null): string | null {
  const run = known?.unfinished ?? null;
  if (run === null) return null;
  const did = run.state === "stuck" ? "could not put back everything" : "did not end";
  const wait = run.state === "stuck" ? "" : "; or wait for it, where it still runs";
  return `kdump-setup rollback: run ${run.id} of ${run.user} ${did}${wait}`;
}
