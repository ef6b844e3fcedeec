import { UsageError } from "../../errors.js";
import { canAsk } from "../../ui/ask.js";
import type { SetupRequest, WizardRequest } from "../request.js";
import { CHANGE, change } from "./change.js";
import { common } from "./common.js";
import { DUMP, dumpOptionGiven, dumpWishes } from "./dump.js";
import { examples } from "./examples.js";
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
  ...DUMP,
  mask: { type: "boolean", default: false, describe: "with --disable: mask the service too" },
  now: {
    type: "boolean",
    default: false,
    describe: "give reserved memory that is not wanted back at once, without a reboot",
  },
  watch: {
    type: "boolean",
    describe: "install a unit that looks again after each boot and kernel update (--no-watch takes it away)",
  },
  try: {
    type: "boolean",
    default: false,
    describe: "boot the change once, and keep it only if the machine comes up with it",
  },
  force: { type: "boolean", default: false, describe: "go on past an objection; never past a refusal" },
  install: { type: "boolean", default: true, describe: "install packages (--no-install leaves it)" },
  service: {
    type: "boolean",
    default: true,
    describe: "enable or disable the service (--no-service leaves it)",
  },
  reboot: { type: "boolean", default: false, describe: "reboot at the end when one is needed" },
} as const;

export const SETUP_EXAMPLES = examples([
  ["$0 --check", "is this server ready?"],
  ["$0 --crashkernel auto --dry-run", "what would change"],
  ["$0 --crashkernel auto --yes", "change it, ask nothing"],
  ["$0 --root DIR --ram 16G --crashkernel auto", "an image, for 16G"],
]);

export function setupRequest(args: Args): SetupRequest | WizardRequest {
  const crashkernel = text(args, "crashkernel");
  const disable = flag(args, "disable");
  const given = dumpOptionGiven(args);
  if (disable && given !== null) throw new UsageError(`${given} and --disable exclude each other`);
  const dump = dumpWishes(args);
  if (crashkernel !== undefined && disable)
    throw new UsageError("--crashkernel and --disable exclude each other");
  if (flag(args, "mask") && !disable) throw new UsageError("--mask goes with --disable");
  if (flag(args, "now") && !disable && crashkernel === undefined)
    throw new UsageError("--now goes with --disable or --crashkernel");
  const tries = flag(args, "try");
  if (tries && crashkernel === undefined) throw new UsageError("--try goes with --crashkernel");
  if (tries && flag(args, "now")) throw new UsageError("--try and --now exclude each other");
  if (tries && !(flag(args, "service") && flag(args, "regenerate")))
    throw new UsageError(
      "--try looks for a loaded capture kernel and then changes the boot configuration: leave out --no-service and --no-regenerate",
    );
  const options = {
    ...common(args),
    ...change(args),
    trial: tries ? ("try" as const) : ("none" as const),
    watch: watchOf(args, disable),
    disable,
    dump,
    mask: flag(args, "mask"),
    now: flag(args, "now"),
    force: flag(args, "force"),
    install: flag(args, "install"),
    service: flag(args, "service"),
    reboot: flag(args, "reboot"),
  };
  if (crashkernel !== undefined || disable || dump !== null || options.watch !== null)
    return { command: "setup", ...options, crashkernel: crashkernel ?? null };
  const asks = canAsk() && !options.yes && !options.dryRun && options.format === "text";
  if (asks && options.output === undefined) return { command: "wizard", ...options };
  throw new UsageError("say what to do: --crashkernel auto --yes sets this machine up, --check audits it");
}

function watchOf(args: Args, disable: boolean): boolean | null {
  const said = args.watch;
  if (typeof said !== "boolean") return null;
  if (said && disable) throw new UsageError("--watch and --disable exclude each other");
  return said;
}
