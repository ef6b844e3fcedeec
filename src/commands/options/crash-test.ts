import { UsageError } from "../../errors.js";
import type { CrashTestRequest } from "../request.js";
import { common } from "./common.js";
import { type Args, flag, text } from "./values.js";

export const CRASH_TEST = {
  yes: { alias: "y", type: "boolean", default: false, describe: "no question; goes with --hostname" },
  hostname: {
    type: "string",
    requiresArg: true,
    describe: "with --yes: the name of the host that shall crash",
  },
  result: { type: "boolean", default: false, describe: "what came of the last one; crashes nothing" },
} as const;

export function crashTestRequest(args: Args): CrashTestRequest {
  const [yes, result] = [flag(args, "yes"), flag(args, "result")];
  const hostname = text(args, "hostname");
  if (result && (yes || hostname !== undefined))
    throw new UsageError("--result crashes nothing, so it takes neither --yes nor --hostname");
  if (yes !== (hostname !== undefined))
    throw new UsageError("--yes and --hostname NAME go together: the name of the host that shall crash", {
      hint: 'for example kdump-setup crash-test --yes --hostname "$(uname -n)"',
    });
  return { command: "crash-test", ...common(args), hostname: hostname ?? null, result };
}
