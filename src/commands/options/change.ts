/** What every command takes that changes a system. */
import { UsageError } from "../../errors.js";
import { type Args, flag } from "./values.js";

export const CHANGE = {
  "dry-run": { type: "boolean", default: false, describe: "plan and diff only" },
  "exit-code": {
    type: "boolean",
    default: false,
    describe: "with --dry-run: 9 when there are changes to make",
  },
  yes: { alias: "y", type: "boolean", default: false, describe: "no question; skips no check" },
  regenerate: {
    type: "boolean",
    default: true,
    describe: "generate the boot configuration (--no-regenerate leaves it)",
  },
  diff: { type: "boolean", default: true, describe: "show the diff (--no-diff leaves it out)" },
} as const;

export function change(args: Args) {
  if (flag(args, "exitCode") && !flag(args, "dryRun"))
    throw new UsageError("--exit-code goes with --dry-run");
  return {
    dryRun: flag(args, "dryRun"),
    exitCode: flag(args, "exitCode"),
    yes: flag(args, "yes"),
    regenerate: flag(args, "regenerate"),
    diff: flag(args, "diff"),
  };
}
