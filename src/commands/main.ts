import { KdumpError, StepFailed, UsageError } from "../errors.js";
import { openMachine } from "../machine/host.js";
import { type Output, openOutput, printable } from "../ui/output.js";
import { parseArguments } from "./args.js";
import { errorDocument, type Outcome } from "./outcome.js";
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
    return failed("setup", error, json, null);
  }
  if (typeof request === "string") {
    process.stdout.write(`${request}\n`);
    return 0;
  }
  if (request.command === "explain" && request.batch)
    return (await import("./explain-batch.js")).explainBatch(process.stdin, process.stdout);
  const json = request.format === "json";
  const collected: string[] = [];
  const output = openOutput({
    ...request,
    textResult: !json,
    into: request.output === undefined ? null : collected,
  });
  try {
    const outcome = await dispatch(request, output);
    const text = json ? `${JSON.stringify(outcome.document, null, 2)}\n` : collected.join("");
    if (request.output !== undefined) await write(request.output, text);
    else if (json) process.stdout.write(text);
    return outcome.exit;
  } catch (error) {
    const told = error instanceof KdumpError ? error : systemError(error);
    if (told === null) throw error;
    return failed(request.command, told, json, request.output ?? null);
  }
}

async function dispatch(request: Request, output: Output): Promise<Outcome> {
  switch (request.command) {
    case "setup":
      return (await import("./setup.js")).setup(request, output);
    case "rollback":
      return (await import("./rollback.js")).rollback(request, output);
    case "history":
      return (await import("./history.js")).history(request, output);
    case "explain":
      return (await import("./explain.js")).explain(request, output);
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
  process.stderr.write(`kdump-setup: ${printable(error.message)}\n`);
  const said = error instanceof StepFailed ? (error.stderr ?? "").trimEnd() : "";
  if (said !== "") process.stderr.write(`${printable(said).replace(/^/gm, "  ")}\n`);
  if (error.hint !== undefined) process.stderr.write(`${printable(error.hint)}\n`);
  if (json) {
    const text = `${JSON.stringify(errorDocument(command, error), null, 2)}\n`;
    if (file === null) process.stdout.write(text);
    else await write(file, text);
  }
  return error.exit;
}

/** What the operating system refused us before anything was changed (a read-only disk, say) is no fault of ours. */
function systemError(error: unknown): KdumpError | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return null;
  return new StepFailed(error.message, { cause: error, hint: "nothing was changed" });
}

/** The path is the host's, whatever --root says. */
async function write(path: string, text: string): Promise<void> {
  const absolute = path.startsWith("/") ? path : `${process.cwd()}/${path}`;
  try {
    await openMachine("/").replace(absolute, Buffer.from(text, "utf8").toString("latin1"), 0o644);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--output ${path} could not be written: ${why}`);
  }
}
