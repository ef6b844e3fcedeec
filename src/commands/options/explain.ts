import { UsageError } from "../../errors.js";
import type { ExplainRequest } from "../request.js";
import { common } from "./common.js";
import { examples } from "./examples.js";
import { type Args, flag, text } from "./values.js";

export const EXPLAIN = {
  expr: { type: "string", array: true, describe: "an expression, or auto for what this system would get" },
  cmdline: { type: "string", requiresArg: true, describe: "a whole kernel command line instead" },
  batch: {
    type: "boolean",
    default: false,
    describe: "JSON lines in, JSON lines out (docs/explain.md)",
  },
} as const;

export const EXPLAIN_EXAMPLES = examples([
  ["$0 explain 2G-64G:256M,64G-:512M", "on this machine"],
  ["$0 explain 1G,high --ram 64G --kernel 5.15", "on another"],
  ['$0 explain --cmdline "$(cat /proc/cmdline)"', "the running kernel"],
  ["$0 explain auto", "what would be set"],
]);

export function explainRequest(args: Args): ExplainRequest {
  const words = Array.isArray(args.expr) ? args.expr.map(String) : [];
  const cmdline = text(args, "cmdline");
  const batch = flag(args, "batch");
  const asked = [words.length > 0, cmdline !== undefined, batch].filter((one) => one).length;
  if (asked !== 1)
    throw new UsageError("explain takes one of: an expression, auto, --cmdline LINE, --batch", {
      hint: "for example kdump-setup explain 2G-64G:256M,64G-:512M",
    });
  const options = common(args);
  if (batch && options.output !== undefined)
    throw new UsageError("--batch writes to standard output only, without an end to wait for");
  return {
    command: "explain",
    ...options,
    line: cmdline ?? words.join(" "),
    whole: cmdline !== undefined,
    batch,
  };
}
