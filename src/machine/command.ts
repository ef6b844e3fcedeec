import type { Command } from "../types.js";
import type { Ran } from "./machine.js";

/** Grace between asking a process group to end and ending it. */
const KILL_AFTER_MS = 5000;
/** A process that does not even end when killed (it waits for a dead disk or server) is no longer waited for. */
const GIVE_UP_AFTER_MS = 5000;
/** A daemon that a program leaves behind keeps its pipes open; what the program itself said is in them by then. */
const DRAIN_MS = 1000;
const MAX_OUTPUT = 16 * 1024 * 1024;

/** What a child inherits of ours: only where the network is. Everything else is fixed (LD_PRELOAD, GRUB_*, NODE_OPTIONS…). */
const PASSED_ON = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

function environment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    LC_ALL: "C",
    TERM: "dumb",
  };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

export interface RunOptions {
  readonly chroot?: string;
  /** ends the whole process group when it fires */
  readonly signal?: AbortSignal;
  readonly inheritFd?: number;
}

/**
 * Runs one program until it ends, in a process group of its own so that a terminal's interrupt reaches only us and we
 * decide what becomes of it. `timeoutSeconds: Infinity` never ends it. Never throws.
 */
export async function runCommand(command: Command, options: RunOptions = {}): Promise<Ran> {
  const { execa } = await import("execa");
  const [program, ...args] =
    options.chroot === undefined ? command.argv : ["chroot", options.chroot, ...command.argv];
  const started = process.hrtime.bigint();
  const extraFd = options.inheritFd === undefined ? [] : [options.inheritFd];
  const child = execa(program ?? "", args, {
    env: environment(command.env ?? {}),
    extendEnv: false,
    cwd: "/",
    reject: false,
    detached: true,
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT,
    stdio: [command.input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...extraFd],
    ...(command.input === undefined ? {} : { input: command.input }),
  });
  const timers: NodeJS.Timeout[] = [];
  const after = (ms: number, what: () => void) => {
    if (Number.isFinite(ms)) timers.push(setTimeout(what, ms));
  };
  let ended: string | null = null;
  /** of a program that ended by itself or by a signal; undefined while it runs, or when it never ran */
  let exit: { readonly code: number | null } | undefined;
  let giveUp: (nothing: null) => void = () => undefined;
  const end = (why: string) => {
    if (ended !== null || exit !== undefined) return;
    ended = why;
    killGroup(child.pid, "SIGTERM");
    after(KILL_AFTER_MS, () => killGroup(child.pid, "SIGKILL"));
    after(KILL_AFTER_MS + GIVE_UP_AFTER_MS, () => giveUp(null));
  };
  const onAbort = () => end("interrupted");
  after(command.timeoutSeconds * 1000, () => end(`timed out after ${command.timeoutSeconds} s`));
  if (options.signal?.aborted === true) onAbort();
  options.signal?.addEventListener("abort", onAbort);
  child.once("exit", (code) => {
    exit = { code };
    after(DRAIN_MS, () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
  });
  const abandoned = new Promise<null>((resolve) => {
    giveUp = resolve;
  });
  const result = await Promise.race([child, abandoned]);
  for (const timer of timers) clearTimeout(timer);
  options.signal?.removeEventListener("abort", onAbort);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (result === null) {
    child.unref();
    const failure = `${ended ?? "not ended"}, and could not even be killed`;
    return { exitCode: null, stdout: "", stdoutBytes: "", stderr: "", seconds, failure };
  }
  // one that was told to end may say it ended well, with half of its work done
  const exitCode = ended === null ? (exit?.code ?? null) : null;
  const failure = exitCode === null ? (ended ?? reasonOf(result)) : null;
  const [stdout, stderr] = [result.stdout ?? Buffer.alloc(0), result.stderr ?? Buffer.alloc(0)];
  const texts = {
    stdout: stdout.toString("utf8"),
    stdoutBytes: stdout.toString("latin1"),
    stderr: stderr.toString("utf8"),
  };
  return { exitCode, ...texts, seconds, failure };
}

function reasonOf(result: { readonly signal?: string | undefined; readonly shortMessage?: string }): string {
  if (typeof result.signal === "string") return `ended by ${result.signal}`;
  const message = result.shortMessage ?? "could not be started";
  return message.includes("ENOENT") ? "not found" : message;
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // the group is gone already, which is what was wanted
  }
}
