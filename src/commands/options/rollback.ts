import type { RollbackRequest } from "../request.js";
import { CHANGE, change } from "./change.js";
import { common } from "./common.js";
import { type Args, text } from "./values.js";

export const ROLLBACK = {
  id: { type: "string", describe: "the run; without it the newest not taken back yet" },
  ...CHANGE,
} as const;

export function rollbackRequest(args: Args): RollbackRequest {
  return { command: "rollback", ...common(args), ...change(args), id: text(args, "id") };
}
