import yargs from "yargs";
import { UsageError } from "../errors.js";
import type { CommonOptions, Request } from "./request.js";
import { VERSION } from "./version.js";

const COLORS = ["auto", "always", "never"] as const;
const FORMATS = ["text", "json"] as const;

/** What argv asks for; a string is a text to print (help). Throws UsageError. */
export async function parseArguments(argv: readonly string[]): Promise<Request | string> {
  refuseOddBooleans(argv);
  const found: Request[] = [];
  const take = (request: Request): void => {
    found.push(request);
  };
  let shown = "";
  const parser = yargs()
    .scriptName("kdump-setup")
    .locale("en")
    .usage(
      "$0 --crashkernel auto|EXPR [--yes]\n$0 --disable [--yes]\n$0 rollback [ID]\n$0 history\n$0 explain EXPR",
    )
    .parserConfiguration({
      "duplicate-arguments-array": true,
      "camel-case-expansion": true,
      "strip-aliased": true,
    })
    .options(COMMON)
    .command("$0", "reserve crash memory, or give it back", SETUP, (args) => take(setupRequest(args)))
    .command("rollback [id]", "take back what an earlier run changed", ROLLBACK, (args) =>
      take(rollbackRequest(args)),
    )
    .command("explain [expr..]", "what a kernel will do with an expression", EXPLAIN, (args) =>
      take(explainRequest(args)),
    )
    .command("history", "who changed what, when and why", {}, (args) =>
      take({ command: "history", ...common(args) }),
    )
    .version(VERSION)
    .strict()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof UsageError
        ? error
        : new UsageError(message ?? error.message, { hint: "kdump-setup --help lists what there is" });
    });
  await parser.parseAsync([...argv], {}, (_error: unknown, _args: unknown, output: string) => {
    shown = output;
  });
  if (shown !== "") return shown;
  const [request] = found;
  if (request === undefined)
    throw new UsageError("nothing was asked for", { hint: "kdump-setup --help lists what there is" });
  return request;
}

const COMMON = {
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

const SHARED = {
  "dry-run": { type: "boolean", default: false, describe: "plan and diff only" },
  "exit-code": {
    type: "boolean",
    default: false,
    describe: "with --dry-run: 9 when there are changes to make",
  },
  yes: { alias: "y", type: "boolean", default: false, describe: "no question; skips no check" },
  regenerate: {
    type: "boolean",
    default: true,
    describe: "generate the boot configuration (--no-regenerate leaves it)",
  },
  diff: { type: "boolean", default: true, describe: "show the diff (--no-diff leaves it out)" },
} as const;

const SETUP = {
  ...SHARED,
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

const ROLLBACK = {
  id: { type: "string", describe: "the run; without it the newest not taken back yet" },
  ...SHARED,
} as const;

const EXPLAIN = {
  expr: { type: "string", array: true, describe: "an expression, or auto for what this system would get" },
  cmdline: { type: "string", requiresArg: true, describe: "a whole kernel command line instead" },
  batch: {
    type: "boolean",
    default: false,
    describe: "JSON lines in, JSON lines out (see the documentation)",
  },
} as const;

/** yargs takes `--dry-run=1` for `--dry-run=false`, and what was meant as a look becomes a change. */
function refuseOddBooleans(argv: readonly string[]): void {
  const flags = Object.entries({ ...COMMON, ...SETUP }).flatMap(([name, option]) => {
    if (!("type" in option) || option.type !== "boolean") return [];
    return [`--${name}`, `--no-${name}`, ...("alias" in option ? [`-${option.alias}`] : [])];
  });
  for (const word of argv) {
    const [name, value] = word.split(/=(.*)/s);
    if (name === undefined || value === undefined || !flags.includes(name)) continue;
    if (value !== "true" && value !== "false") throw new UsageError(`${name} takes no value`);
  }
}

type Args = Readonly<Record<string, unknown>>;

function setupRequest(args: Args): Request {
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
    ...shared(args),
    crashkernel: crashkernel ?? null,
    mask: flag(args, "mask"),
    force: flag(args, "force"),
    install: flag(args, "install"),
    service: flag(args, "service"),
    reboot: flag(args, "reboot"),
  };
}

function rollbackRequest(args: Args): Request {
  return { command: "rollback", ...common(args), ...shared(args), id: text(args, "id") };
}

function explainRequest(args: Args): Request {
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

function shared(args: Args) {
  if (flag(args, "exitCode") && !flag(args, "dryRun"))
    throw new UsageError("--exit-code goes with --dry-run");
  return {
    dryRun: flag(args, "dryRun"),
    exitCode: flag(args, "exitCode"),
    yes: flag(args, "yes"),
    regenerate: flag(args, "regenerate"),
    diff: flag(args, "diff"),
  };
}

function common(args: Args): CommonOptions {
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

function text(args: Args, name: string): string | undefined {
  const value = args[name];
  if (Array.isArray(value)) throw new UsageError(`--${dashed(name)} was given more than once`);
  return typeof value === "string" ? value : undefined;
}

function flag(args: Args, name: string): boolean {
  const value = args[name];
  if (Array.isArray(value)) throw new UsageError(`--${dashed(name)} was given more than once`);
  return value === true;
}

function seconds(args: Args, name: string): number | undefined {
  const value = text(args, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,6}$/.test(value))
    throw new UsageError(`--${dashed(name)} ${value}: a whole number of seconds is needed`);
  return Number(value);
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}
