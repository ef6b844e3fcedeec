import type { WatchRequest } from "../request.js";
import { common } from "./common.js";
import { type Args, flag } from "./values.js";

export const WATCH = {
  run: { type: "boolean", default: false, describe: "look now and tell (the unit of --watch does it)" },
} as const;

export function watchRequest(args: Args): WatchRequest {
  return { command: "watch", ...common(args), run: flag(args, "run") };
}
