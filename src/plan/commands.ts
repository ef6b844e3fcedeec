import type { Command, Plan, Step } from "../types.js";

/** The commands a plan runs, in order. */
export function plannedCommands(plan: Plan): readonly Command[] {
  const { unload = null, load = null, stop = null } = plan.shrink ?? {};
  const shrinking = [unload, load, stop].flatMap((command) => (command === null ? [] : [command]));
  return [...plan.steps.flatMap(commandsOf), ...shrinking];
}

/** Is the system as wished already? */
export function changesNothing(plan: Plan): boolean {
  return plan.steps.length === 0 && plan.shrink === undefined;
}

function commandsOf(step: Step): readonly Command[] {
  switch (step.kind) {
    case "regenerate":
      return [step.command, step.check];
    case "unit":
    case "runtime":
      return [step.command];
    case "write-file":
    case "remove-file":
    case "unit-links":
      return [];
    default:
      return step satisfies never;
  }
}
