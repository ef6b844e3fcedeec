/** Running real programs, and the built tool, from a test. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

export interface Ended {
  /** null when a signal ended it */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** added to the environment; undefined takes a variable out */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** standard input; without it, it is /dev/null */
  readonly input?: string;
  readonly cwd?: string;
  /** killed after that many seconds (default 120) */
  readonly seconds?: number;
}

/** Runs a program to its end. Throws only when it cannot be started; stdout and stderr are decoded as UTF-8. */
export async function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<Ended> {
  const [program, ...args] = argv;
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: (options.seconds ?? 120) * 1000,
      killSignal: "SIGKILL",
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    // a program that does not read its input to the end is no fault of the test
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input);
    child.on("close", (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** As run, but throws with what the program said when it does not end with 0. Returns its standard output. */
export async function must(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const ended = await run(argv, options);
  if (ended.code === 0) return ended.stdout;
  throw new Error(`${argv.join(" ")}: ended with ${ended.code ?? ended.signal}\n${ended.stderr}`);
}

/** The bundle that is shipped; made by `npm run build`. */
export const bundle = path.resolve("dist/kdump-setup.cjs");

/** `skip` option of a test that needs the bundle: false, or the reason. */
export const withoutBundle: string | false = existsSync(bundle) ? false : "dist/kdump-setup.cjs is not built";

/**
 * Runs the shipped bundle. `node` is the program that runs it (default: the Node of the tests). The environment
 * is English, without colours.
 */
export async function runTool(
  args: readonly string[],
  options: RunOptions & { readonly node?: string } = {},
): Promise<Ended> {
  const env = {
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
    NODE_OPTIONS: undefined,
    ...options.env,
  };
  return await run([options.node ?? process.execPath, bundle, ...args], { ...options, env });
}
