import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { BusyOrStaleError, EXIT, KdumpError } from "../errors.js";
import { runCommand } from "./command.js";
import type { Lock } from "./machine.js";
import { errorCode, isMissing } from "./paths.js";

/** How long a child of a killed run (a generator, say) is waited for, whatever the caller's patience with live runs. */
const ORPHAN_SECONDS = 120;

/**
 * An flock(2) on the file at host path `at`. Node has no flock, so flock(1) of util-linux locks the descriptor it
 * inherits: the lock belongs to the open file description and stays with us when flock ends, and goes with us
 * however we end, kill -9 included.
 */
export async function takeLock(
  at: string,
  timeoutSeconds: number,
  signal?: AbortSignal,
): Promise<Lock & { readonly fd: number }> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const fd = open(at);
    const left = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    const taken =
      (await flock(fd, left, signal)) || (holderIsGone(at) && (await flock(fd, ORPHAN_SECONDS, signal)));
    if (!taken) {
      const holder = readHolder(at);
      closeSync(fd);
      throw new BusyOrStaleError(`another run holds ${at}${holder === null ? "" : ` (process ${holder})`}`, {
        hint: "wait for it, or give --lock-timeout SECONDS",
      });
    }
    // Whoever held it before may have removed the name on leaving: then our lock is on a file nobody else will see.
    if (sameFile(fd, at)) {
      ftruncateSync(fd);
      writeFileSync(fd, `${process.pid}\n`);
      return {
        fd,
        release() {
          if (sameFile(fd, at)) unlinkSync(at);
          closeSync(fd);
        },
      };
    }
    closeSync(fd);
  }
}

/** False when somebody else holds it after `seconds`. */
async function flock(fd: number, seconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  const wait = seconds === 0 ? ["-n"] : ["-w", String(seconds)];
  const ran = await runCommand(
    { argv: ["flock", "-x", ...wait, "3"], timeoutSeconds: seconds + 10 },
    { inheritFd: fd, ...(signal === undefined ? {} : { signal }) },
  );
  if (ran.exitCode === 0) return true;
  if (ran.exitCode === 1) return false;
  if (signal?.aborted === true)
    throw new BusyOrStaleError("interrupted while waiting for another run; nothing was changed");
  throw new LockFault(`flock could not be run: ${ran.failure ?? ran.stderr.trim()}`);
}

class LockFault extends KdumpError {
  readonly exit = EXIT.fault;
}

function open(at: string): number {
  mkdirSync(dirname(at), { recursive: true, mode: 0o755 });
  const fd = openSync(
    at,
    constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    0o600,
  );
  const stat = fstatSync(fd);
  if (stat.isFile() && stat.nlink === 1) return fd;
  closeSync(fd);
  throw new LockFault(`${at} is no file of its own: look at what stands there`);
}

function readHolder(at: string): number | null {
  try {
    const pid = readFileSync(at, "utf8").trim();
    return /^[1-9]\d{0,9}$/.test(pid) ? Number(pid) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The run that took the lock was killed; what holds it now is a child it left behind. */
function holderIsGone(at: string): boolean {
  const pid = readHolder(at);
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

function sameFile(fd: number, at: string): boolean {
  try {
    const ours = fstatSync(fd);
    const named = statSync(at);
    return ours.ino === named.ino && ours.dev === named.dev;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
