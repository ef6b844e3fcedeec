import type { Command, Plan } from "../types.js";

/** The commands a plan runs, in order. */
export function plannedCommands(plan: Plan): readonly Command[] {
  return plan.steps.flatMap((step): readonly Command[] => {
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
  });
}
