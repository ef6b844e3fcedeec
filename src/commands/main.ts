import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { EXIT, KdumpError, StepFailed, UsageError } from "../errors.js";
import { openMachine } from "../machine/host.js";
import { openReader } from "../machine/reader.js";
import { type Output, openOutput, printable, say } from "../ui/output.js";
import { parseArguments } from "./args.js";
import { errorDocument, faultDocument, type Outcome } from "./outcome.js";
import type { Request } from "./request.js";

/** Runs one command and returns its exit code. Throws only what is a fault of the program itself. */
export async function main(argv: readonly string[]): Promise<number> {
  let request: Request | string;
  try {
    request = await parseArguments(argv);
  } catch (error) {
    if (!(error instanceof KdumpError)) throw error;
    // the arguments could not be read, so whether JSON was wanted is looked up by hand
    const json = argv.some(
      (word, at) => word === "--format=json" || (word === "--format" && argv[at + 1] === "json"),
    );
    return failed(commandOf(argv), error, json, null);
  }
  if (typeof request === "string") {
    say(process.stdout, `${request}\n`);
    return 0;
  }
  if (request.command === "explain" && request.batch)
    return (await import("./explain-batch.js")).explainBatch(process.stdin, process.stdout);
  const json = request.format === "json";
  const collected: string[] = [];
  const output = openOutput({
    ...request,
    textResult: request.format === "text",
    into: request.output === undefined ? null : collected,
  });
  try {
    if (request.output !== undefined) refuseUnwritable(request.output);
    const outcome = await dispatch(request, output);
    const text =
      outcome.rendered ?? (json ? `${JSON.stringify(outcome.document, null, 2)}\n` : collected.join(""));
    if (request.output !== undefined)
      return (await write(request.output, text)) ? outcome.exit : lost(outcome);
    if (request.format !== "text") say(process.stdout, text);
    return outcome.exit;
  } catch (error) {
    const told = error instanceof KdumpError ? error : systemError(error);
    if (told === null && json)
      say(process.stdout, `${JSON.stringify(faultDocument(request.command, error), null, 2)}\n`);
    if (told === null) throw error;
    return failed(request.command, told, json, request.output ?? null);
  }
}

/** The command of arguments that could not be read. */
function commandOf(argv: readonly string[]): string {
  const named = argv.find((word) =>
    [
      "status",
      "rollback",
      "trial",
      "watch",
      "history",
      "explain",
      "dumps",
      "crash-test",
      "completion",
    ].includes(word),
  );
  return named ?? (argv.includes("--check") ? "check" : "setup");
}

async function dispatch(request: Request, output: Output): Promise<Outcome> {
  switch (request.command) {
    case "setup":
      return (await import("./setup.js")).setup(request, output);
    case "wizard":
      return (await import("./wizard.js")).wizard(request, output);
    case "check":
      return (await import("./check.js")).check(request, output);
    case "status":
      return (await import("./status.js")).status(request, output);
    case "rollback":
      return (await import("./rollback.js")).rollback(request, output);
    case "history":
      return (await import("./history.js")).history(request, output);
    case "trial":
      return (await import("./trial.js")).trial(request, output);
    case "watch":
      return (await import("./watch.js")).watch(request, output);
    case "explain":
      return (await import("./explain.js")).explain(request, output);
    case "dumps":
      return (await import("./dumps.js")).dumps(request, output);
    case "crash-test":
      return (await import("./crash-test.js")).crashTest(request, output);
    case "completion":
      return (await import("./completion.js")).completion(request, output);
    default:
      return request satisfies never;
  }
}

async function failed(
  command: string,
  error: KdumpError,
  json: boolean,
  file: string | null,
): Promise<number> {
  say(process.stderr, `kdump-setup: ${printable(error.message)}\n`);
  const said = error instanceof StepFailed ? (error.stderr ?? "").trimEnd() : "";
  if (said !== "") say(process.stderr, `${printable(said).replace(/^/gm, "  ")}\n`);
  if (error.hint !== undefined) say(process.stderr, `${printable(error.hint)}\n`);
  if (json) {
    const text = `${JSON.stringify(errorDocument(command, error), null, 2)}\n`;
    if (file === null || error instanceof UsageError) say(process.stdout, text);
    else await write(file, text);
  }
  return error.exit;
}

/** What the operating system refused us (a read-only disk, say) is no fault of ours. What was applied says so itself. */
function systemError(error: unknown): KdumpError | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return null;
  return new StepFailed(error.message, { cause: error });
}

/** Known before anything is done: a result with nowhere to go. The path is the host's, whatever --root says. */
function refuseUnwritable(path: string): void {
  try {
    const directory = dirname(absolute(path));
    accessSync(directory, constants.W_OK | constants.X_OK);
    const stat = openReader("/").stat(absolute(path));
    if (stat === null || stat.type === "file") return;
  } catch (error) {
    throw new UsageError(`--output ${path} could not be written: ${messageOf(error)}`);
  }
  throw new UsageError(`--output ${path} could not be written: it is no regular file`);
}

/** False when it could not be written; it is on standard output then. */
async function write(path: string, text: string): Promise<boolean> {
  try {
    await openMachine("/").replace(absolute(path), Buffer.from(text, "utf8").toString("latin1"), 0o644);
    return true;
  } catch (error) {
    say(
      process.stderr,
      `kdump-setup: --output ${printable(path)} could not be written: ${printable(messageOf(error))}\n`,
    );
    say(process.stdout, text);
    return false;
  }
}

/** What was done is done and says so; that its result went elsewhere is worth a code of its own only where all else went well. */
function lost(outcome: Outcome): number {
  return outcome.exit === EXIT.ok ? EXIT.fault : outcome.exit;
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${process.cwd()}/${path}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
