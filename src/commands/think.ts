import { diffPlan, type FileDiff } from "../diff/unified.js";
import { assemblePlan } from "../plan/assemble.js";
import type { Facts, Intent, Plan, Planned } from "../types.js";
import { type Output, printable } from "../ui/output.js";
import { showHost, showPlan } from "../ui/show.js";
import type { SetupRequest } from "./request.js";
import type { Target } from "./target.js";
import { NO_RESERVATION, resolveWish, type Wish } from "./wish.js";

/** What the thinking came to, for one look at the system. */
export interface Thought {
  readonly facts: Facts;
  readonly wish: Wish;
  readonly planned: Planned;
}

export function think(request: SetupRequest, target: Target, facts: Facts): Thought {
  const wish =
    request.crashkernel === null
      ? NO_RESERVATION
      : resolveWish(request.crashkernel, facts, target.profile, target.machine);
  const intent: Intent = {
    kind: request.crashkernel === null ? "disable" : "reserve",
    words: wish.words,
    force: request.force,
    mask: request.mask,
    install: request.install,
    regenerate: request.regenerate,
    service: request.service,
    objections: wish.reasons,
    warnings: [...target.warnings, ...wish.warnings],
  };
  return { facts, wish, planned: assemblePlan(facts, intent, target.profile, { writes: !request.dryRun }) };
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
  if (plan.steps.length > 0) return diffs;
  output.result("Nothing to do: everything is as wished.");
  if (plan.reboot === "needed")
    output.result("The running kernel was booted without it: a reboot is still to come.");
  return diffs;
}
