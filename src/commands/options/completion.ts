import { UsageError } from "../../errors.js";
import type { CompletionRequest } from "../request.js";
import { common } from "./common.js";
import { type Args, text } from "./values.js";

export const SHELLS = ["bash", "zsh", "fish"] as const;

export const COMPLETION = { shell: { type: "string", describe: "bash, zsh or fish" } } as const;

export function completionRequest(args: Args): CompletionRequest {
  const named = text(args, "shell");
  const shell = SHELLS.find((one) => one === named);
  if (shell === undefined)
    throw new UsageError(`completion takes one of ${SHELLS.join(", ")}, not ${JSON.stringify(named)}`);
  return { command: "completion", ...common(args), shell };
}
