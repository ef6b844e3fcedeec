/** What an operator can act on. Each carries its exit code (see docs/exit-codes.md) and never shows a stack. */

import type { Reason } from "./types.js";

export const EXIT = {
  ok: 0,
  fault: 1,
  usage: 2,
  refused: 3,
  busyOrStale: 4,
  rolledBack: 5,
  stuck: 6,
  notCompliant: 7,
  undetermined: 8,
  changes: 9,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export abstract class KdumpError extends Error {
  abstract readonly exit: ExitCode;
  /** one sentence with the way out */
  readonly hint: string | undefined;
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** Wrong flags, an expression no kernel accepts, a question with nobody to answer. */
export class UsageError extends KdumpError {
  readonly exit = EXIT.usage;
}

/** A distro profile in this package is wrong: our bug, found at load. `pointer` is a JSON pointer. */
export class ProfileError extends KdumpError {
  readonly exit = EXIT.fault;
  readonly pointer: string;
  constructor(file: string, pointer: string, problem: string) {
    super(`profile ${file} is wrong at ${pointer === "" ? "/" : pointer}: ${problem}`);
    this.pointer = pointer;
  }
}

/** Another run holds the lock, or a file changed since it was read. Nothing was changed. */
export class BusyOrStaleError extends KdumpError {
  readonly exit = EXIT.busyOrStale;
}

/** This system or this request is not supported here. Nothing was changed. */
export class RefusedError extends KdumpError {
  readonly exit = EXIT.refused;
  /** every reason, where there are several; the message says them as well */
  readonly reasons: readonly Reason[];
  constructor(message: string, options: { hint?: string; reasons?: readonly Reason[] } = {}) {
    super(message, options);
    this.reasons = options.reasons ?? [];
  }
}

/** A step could not be done. Whoever applies undoes what was done before it. */
export class StepFailed extends KdumpError {
  readonly exit = EXIT.rolledBack;
  readonly stderr: string | undefined;
  constructor(message: string, options: { hint?: string; cause?: unknown; stderr?: string } = {}) {
    super(message, options);
    this.stderr = options.stderr;
  }
}
