import type { TrialRequest } from "../request.js";
import { common } from "./common.js";
import { type Args, flag } from "./values.js";

export const TRIAL = {
  finish: {
    type: "boolean",
    default: false,
    describe: "keep what came up, or take the trial back (the unit of --try does it at boot)",
  },
} as const;

export function trialRequest(args: Args): TrialRequest {
  return { command: "trial", ...common(args), finish: flag(args, "finish") };
}
