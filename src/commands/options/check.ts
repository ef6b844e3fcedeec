/** `--check`, which stands beside the options of a set-up run and goes with none that changes anything. */
import { FORMAT_NAMES } from "../../audit/formats/formats.js";
import { UsageError } from "../../errors.js";
import type { CheckRequest } from "../request.js";
import { common } from "./common.js";
import { dumpOptionGiven } from "./dump.js";
import { type Args, flag, text } from "./values.js";

export const CHECK = {
  check: { type: "boolean", default: false, describe: "audit this system; changes nothing" },
  policy: {
    type: "string",
    requiresArg: true,
    describe: "with --check: enabled (the default), disabled, or a policy file",
  },
  // beside text and json, which every command has
  format: {
    choices: FORMAT_NAMES.filter((name) => name !== "text" && name !== "json"),
    describe: "form of the result; all but text and json with --check only",
  },
} as const;

/** Options that say what to change: wrong use beside --check. */
const CHANGING = ["crashkernel", "disable", "mask", "force", "reboot", "dryRun", "exitCode"];

export function asksForCheck(args: Args): boolean {
  if (flag(args, "check")) return true;
  if (text(args, "policy") !== undefined) throw new UsageError("--policy goes with --check");
  const format = text(args, "format");
  if (format !== undefined && format !== "text" && format !== "json")
    throw new UsageError(`--format ${format} goes with --check`);
  return false;
}

export function checkRequest(args: Args): CheckRequest {
  const other = CHANGING.find((name) => args[name] !== undefined && args[name] !== false);
  if (other !== undefined) {
    const name = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--check changes nothing, so --${name} does not go with it`);
  }
  const dump = dumpOptionGiven(args);
  if (dump !== null) throw new UsageError(`--check changes nothing, so ${dump} does not go with it`);
  const wanted = text(args, "format");
  return {
    command: "check",
    ...common(args),
    format: FORMAT_NAMES.find((name) => name === wanted) ?? "text",
    policy: text(args, "policy") ?? "enabled",
  };
}
