import type { Command } from "../types.js";
import type { Ran } from "./machine.js";

/** Grace between asking a process group to end and ending it. */
const KILL_AFTER_MS = 5000;
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

/**
 * Runs one program to its end, in a process group of its own so that a terminal's interrupt reaches only us and we
 * decide what becomes of it. Never throws.
 */
export async function runCommand(
  command: Command,
  options: { readonly chroot?: string; readonly signal?: AbortSignal; readonly inheritFd?: number } = {},
): Promise<Ran> {
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
    cleanup: true,
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT,
    stdio: [command.input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...extraFd],
    ...(command.input === undefined ? {} : { input: command.input }),
  });
  const pid = child.pid;
  let ended: string | null = null;
  const timers: NodeJS.Timeout[] = [];
  const end = (why: string) => {
    if (ended !== null) return;
    ended = why;
    killGroup(pid, "SIGTERM");
    timers.push(setTimeout(() => killGroup(pid, "SIGKILL"), KILL_AFTER_MS));
  };
  const onAbort = () => end("interrupted");
  timers.push(
    setTimeout(() => end(`timed out after ${command.timeoutSeconds} s`), command.timeoutSeconds * 1000),
  );
  if (options.signal?.aborted === true) onAbort();
  options.signal?.addEventListener("abort", onAbort);
  const result = await child;
  for (const timer of timers) clearTimeout(timer);
  options.signal?.removeEventListener("abort", onAbort);
  const exitCode = typeof result.exitCode === "number" && ended === null ? result.exitCode : null;
  return {
    exitCode,
    stdout: result.stdout ?? "",
    stderr: result.stderr ?? "",
    seconds: Number(process.hrtime.bigint() - started) / 1e9,
    failure: exitCode === null ? (ended ?? reasonOf(result)) : null,
  };
}

function reasonOf(result: {
  readonly signal?: string | undefined;
  readonly failed: boolean;
  readonly shortMessage?: string;
}): string {
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
