import type { StatusRequest } from "../request.js";
import { common } from "./common.js";
import type { Args } from "./values.js";

export function statusRequest(args: Args): StatusRequest {
  return { command: "status", ...common(args) };
}
