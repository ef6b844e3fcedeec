/** What every command takes. */
import type { CommonOptions } from "../request.js";
import { type Args, flag, seconds, text } from "./values.js";

const COLORS = ["auto", "always", "never"] as const;
const FORMATS = ["text", "json"] as const;

export const COMMON = {
  root: {
    type: "string",
    requiresArg: true,
    default: "/",
    describe: "the system to work on (an image, a chroot)",
  },
  ram: { type: "string", requiresArg: true, describe: "memory of the target, for example 16G" },
  kernel: { type: "string", requiresArg: true, describe: "kernel release of the target" },
  arch: { type: "string", requiresArg: true, describe: "architecture of the target, as uname -m says it" },
  distro: { type: "string", requiresArg: true, describe: "profile to use (see distros/)" },
  format: { choices: FORMATS, default: "text", describe: "form of the result" },
  output: {
    type: "string",
    requiresArg: true,
    describe: "write the result to this file, replaced atomically",
  },
  "lock-timeout": {
    type: "string",
    requiresArg: true,
    describe: "seconds to wait for another run (0) and for the package manager (300)",
  },
  color: { choices: COLORS, default: "auto", describe: "colours" },
  verbose: { alias: "v", type: "boolean", default: false, describe: "say more" },
  quiet: { alias: "q", type: "boolean", default: false, describe: "only the result" },
} as const;

export function common(args: Args): CommonOptions {
  return {
    root: text(args, "root") ?? "/",
    ram: text(args, "ram"),
    kernel: text(args, "kernel"),
    arch: text(args, "arch"),
    distro: text(args, "distro"),
    format: text(args, "format") === "json" ? "json" : "text",
    output: text(args, "output"),
    lockTimeout: seconds(args, "lockTimeout"),
    color: COLORS.find((one) => one === text(args, "color")) ?? "auto",
    verbose: flag(args, "verbose"),
    quiet: flag(args, "quiet"),
  };
}
