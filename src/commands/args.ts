import yargs from "yargs";
import { UsageError } from "../errors.js";
import { asksForCheck, CHECK, checkRequest } from "./options/check.js";
import { COMMON, common } from "./options/common.js";
import { COMPLETION, completionRequest } from "./options/completion.js";
import { CRASH_TEST, crashTestRequest } from "./options/crash-test.js";
import { DUMPS, dumpsRequest } from "./options/dumps.js";
import { EXPLAIN, EXPLAIN_EXAMPLES, explainRequest } from "./options/explain.js";
import { ROLLBACK, rollbackRequest } from "./options/rollback.js";
import { SETUP, SETUP_EXAMPLES, setupRequest } from "./options/setup.js";
import { statusRequest } from "./options/status.js";
import { TRIAL, trialRequest } from "./options/trial.js";
import { WATCH, watchRequest } from "./options/watch.js";
import type { Request } from "./request.js";
import { VERSION } from "./version.js";

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
    // one by one: lines of one text are wrapped as if it were a paragraph
    .usage("$0 --crashkernel auto|EXPR [--yes]")
    .usage("$0 --check [--policy enabled|disabled|FILE]")
    .usage("$0 --disable [--yes]")
    .usage("$0 status")
    .usage("$0 --dump-level LEVEL --target TARGET [--yes]")
    .usage("$0 rollback [ID]")
    .usage("$0 history")
    .usage("$0 explain EXPR")
    .usage("$0 dumps [--prune N]")
    .usage("$0 crash-test [--yes --hostname NAME]")
    .parserConfiguration({
      "duplicate-arguments-array": true,
      "camel-case-expansion": true,
      "strip-aliased": true,
    })
    .options(COMMON)
    .command(
      "$0",
      "reserve crash memory, give it back, or audit",
      (setup) => setup.options({ ...SETUP, ...CHECK }).example(SETUP_EXAMPLES),
      (args) => take(asksForCheck(args) ? checkRequest(args) : setupRequest(args)),
    )
    .command("status", "whether a dump would be saved, link by link", {}, (args) => take(statusRequest(args)))
    .command("rollback [id]", "take back what an earlier run changed", ROLLBACK, (args) =>
      take(rollbackRequest(args)),
    )
    .command("trial", "how a boot on trial (--try) stands", TRIAL, (args) => take(trialRequest(args)))
    .command("watch", "whether --watch is installed, and what it sees", WATCH, (args) =>
      take(watchRequest(args)),
    )
    .command(
      "explain [expr..]",
      "what a kernel will do with an expression",
      (explain) => explain.options(EXPLAIN).example(EXPLAIN_EXAMPLES),
      (args) => take(explainRequest(args)),
    )
    .command("history", "who changed what, when and why", {}, (args) =>
      take({ command: "history", ...common(args) }),
    )
    .command("dumps", "the saved dumps, and the command that opens each", DUMPS, (args) =>
      take(dumpsRequest(args)),
    )
    .command("crash-test", "crash this machine on purpose, to see a dump saved", CRASH_TEST, (args) =>
      take(crashTestRequest(args)),
    )
    .command("completion <shell>", "completion for bash, zsh or fish", COMPLETION, (args) =>
      take(completionRequest(args)),
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

/** yargs takes `--dry-run=1` for `--dry-run=false`, and what was meant as a look becomes a change. */
function refuseOddBooleans(argv: readonly string[]): void {
  const flags = Object.entries({ ...COMMON, ...SETUP, ...CHECK }).flatMap(([name, option]) => {
    if (!("type" in option) || option.type !== "boolean") return [];
    return [`--${name}`, `--no-${name}`, ...("alias" in option ? [`-${option.alias}`] : [])];
  });
  for (const word of argv) {
    const [name, value] = word.split(/=(.*)/s);
    if (name === undefined || value === undefined || !flags.includes(name)) continue;
    if (value !== "true" && value !== "false") throw new UsageError(`${name} takes no value`);
  }
}
