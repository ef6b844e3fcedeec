import { UsageError } from "../../errors.js";
import type { SetupRequest } from "../request.js";
import { CHANGE, change } from "./change.js";
import { common } from "./common.js";
import { type Args, flag, text } from "./values.js";

export const SETUP = {
  ...CHANGE,
  crashkernel: {
    type: "string",
    requiresArg: true,
    describe: "auto, a size (256M) or a list of ranges (2G-64G:256M,64G-:512M)",
  },
  disable: {
    type: "boolean",
    default: false,
    describe: "take every crashkernel= out and disable the service",
  },
  mask: { type: "boolean", default: false, describe: "with --disable: mask the service too" },
  force: { type: "boolean", default: false, describe: "go on past an objection; never past a refusal" },
  install: { type: "boolean", default: true, describe: "install packages (--no-install leaves it)" },
  service: {
    type: "boolean",
    default: true,
    describe: "enable or disable the service (--no-service leaves it)",
  },
  reboot: { type: "boolean", default: false, describe: "reboot at the end when one is needed" },
} as const;

export function setupRequest(args: Args): SetupRequest {
  const crashkernel = text(args, "crashkernel");
  const disable = flag(args, "disable");
  if (crashkernel === undefined && !disable) {
    throw new UsageError("say what to do: --crashkernel auto --yes sets this machine up, --check audits it");
  }
  if (crashkernel !== undefined && disable)
    throw new UsageError("--crashkernel and --disable exclude each other");
  if (flag(args, "mask") && !disable) throw new UsageError("--mask goes with --disable");
  return {
    command: "setup",
    ...common(args),
    ...change(args),
    crashkernel: crashkernel ?? null,
    mask: flag(args, "mask"),
    force: flag(args, "force"),
    install: flag(args, "install"),
    service: flag(args, "service"),
    reboot: flag(args, "reboot"),
  };
}
