import { diffPlan, type FileDiff } from "../diff/unified.js";
import { collectDumpTarget, collectSysctls } from "../facts/dump-target.js";
import { collectTrial } from "../facts/trial.js";
import { collectWatch } from "../facts/watch.js";
import { assemblePlan } from "../plan/assemble.js";
import { changesNothing } from "../plan/commands.js";
import { destination } from "../plan/dump-settings.js";
import { sysctlsOf } from "../plan/panic-triggers.js";
import type { DumpFacts, DumpWishes, Facts, Intent, Plan, Planned } from "../types.js";
import { type Output, printable } from "../ui/output.js";
import { showHost, showPlan } from "../ui/show.js";
import { dumpDocument } from "./dump-document.js";
import type { SetupRequest } from "./request.js";
import type { Target } from "./target.js";
import { thisProgram } from "./this-program.js";
import { AS_IT_STANDS, NO_RESERVATION, resolveWish, type Wish } from "./wish.js";

/** What the thinking came to, for one look at the system. */
export interface Thought {
  readonly facts: Facts;
  readonly wish: Wish;
  readonly planned: Planned;
  /** JSON's `dump`; null where nothing about the dump was asked for */
  readonly dump: Readonly<Record<string, unknown>> | null;
  readonly settingsOnly: boolean;
}

export function think(request: SetupRequest, target: Target, facts: Facts): Thought {
  const { crashkernel } = request;
  const untouched = request.disable ? NO_RESERVATION : AS_IT_STANDS;
  const wish =
    crashkernel === null ? untouched : resolveWish(crashkernel, facts, target.profile, target.machine);
  const intent: Intent = {
    kind: request.disable ? "disable" : crashkernel === null ? "settings" : "reserve",
    words: wish.words,
    dump:
      request.dump === null ? null : { wishes: request.dump, facts: lookAtDump(request.dump, target, facts) },
    force: request.force,
    mask: request.mask,
    watch: watchWish(request, target),
    trial: request.trial === "try" ? collectTrial(target.machine, facts.grub, thisProgram()) : null,
    now: request.now,
    reservedBytes: wish.reservedBytes,
    install: request.install,
    regenerate: request.regenerate,
    service: request.service,
    objections: wish.reasons,
    warnings: [...target.warnings, ...wish.warnings],
  };
  return {
    facts,
    wish,
    planned: assemblePlan(facts, intent, target.profile, { writes: !request.dryRun }),
    dump: request.dump === null ? null : dumpDocument(facts, target.profile, request.dump),
    settingsOnly: intent.kind === "settings",
  };
}

/** Where nothing is to be saved there is nothing to look at any more. */
function watchWish(request: SetupRequest, { machine }: Target): Intent["watch"] {
  const on = request.disable ? false : request.watch;
  return on === null ? null : { on, facts: collectWatch(machine, thisProgram()) };
}

/** What the wishes about the dump are judged by. */
function lookAtDump(wishes: DumpWishes, { machine, profile, dumpSpace }: Target, facts: Facts): DumpFacts {
  const { settings } = profile.kdump;
  const goes = destination(facts, profile, wishes);
  return {
    target: collectDumpTarget(machine, settings, { ...goes, freeBytes: dumpSpace ?? null }),
    sysctls: collectSysctls(machine, sysctlsOf(wishes.panicOn ?? []), settings.panicOn.file),
  };
}

/** Shows what is worked on, the diff and the commands. */
export async function present(
  request: SetupRequest,
  output: Output,
  thought: Thought,
  target: Target,
  plan: Plan,
  warnings: readonly string[],
): Promise<readonly FileDiff[]> {
  const diffs = await diffPlan(plan);
  showHost(output, thought.facts, target.profile, thought.wish);
  for (const why of thought.wish.sizing) output.talk(`  ${printable(why)}`);
  showPlan(output, plan, request.diff ? diffs : [], warnings);
  if (!changesNothing(plan)) return diffs;
  output.result("Nothing to do: everything is as wished.");
  if (plan.reboot === "needed")
    output.result("The running kernel was booted without it: a reboot is still to come.");
  return diffs;
}
