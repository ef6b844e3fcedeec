import { UsageError } from "../../errors.js";
import type { DumpsRequest } from "../request.js";
import { common } from "./common.js";
import { type Args, flag, text } from "./values.js";

export const DUMPS = {
  prune: {
    type: "string",
    requiresArg: true,
    describe: "remove all but the newest N dumps, after a question",
  },
  "dry-run": { type: "boolean", default: false, describe: "with --prune: show what would go" },
  "exit-code": {
    type: "boolean",
    default: false,
    describe: "with --dry-run: 9 when there is something to remove",
  },
  yes: { alias: "y", type: "boolean", default: false, describe: "with --prune: no question" },
  force: { type: "boolean", default: false, describe: "with --prune 0: remove the last dump too" },
} as const;

export function dumpsRequest(args: Args): DumpsRequest {
  const prune = text(args, "prune");
  if (prune !== undefined && !/^\d{1,6}$/.test(prune))
    throw new UsageError(`--prune ${prune}: how many dumps to keep is a whole number`);
  for (const name of ["dryRun", "yes", "force"])
    if (flag(args, name) && prune === undefined)
      throw new UsageError(`--${name === "dryRun" ? "dry-run" : name} goes with --prune`);
  if (flag(args, "exitCode") && !flag(args, "dryRun"))
    throw new UsageError("--exit-code goes with --dry-run");
  return {
    command: "dumps",
    ...common(args),
    prune: prune === undefined ? null : Number(prune),
    dryRun: flag(args, "dryRun"),
    exitCode: flag(args, "exitCode"),
    yes: flag(args, "yes"),
    force: flag(args, "force"),
  };
}
