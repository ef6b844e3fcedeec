import type { SourceFile } from "../types.js";
import { isPeculiar, setFromOutside } from "./known-commands.js";
import { type Assigned, Budget, type Piece } from "./provenance.js";
import type { Shell, Word } from "./shell-syntax.js";
import { isName } from "./shell-syntax.js";

/** A place and a reason. */
export interface Because {
  /** index of the file */
  readonly file: number;
  readonly offset: number;
  readonly why: string;
  /** does `why` already name the variable it is about? */
  readonly named?: true;
}

export type Binding =
  | { readonly kind: "known"; readonly assigned: Assigned }
  | { readonly kind: "unset" }
  | { readonly kind: "unknown"; readonly because: Because };

/** Why the shell does not, or may not, get to the end of the files. */
export interface Stop extends Because {
  /**
   * ends: also without `set -e` (a syntax error, exit); command: a program that may not exist, so this may be no shell
   * at all; errexit: a command that fails, or may, under `set -e`
   */
  readonly kind: "ends" | "command" | "errexit";
}

/** Status of a command; likely: 0 unless something is broken that has nothing to do with the file. */
export type Status = "zero" | "likely" | "nonzero" | "maybe";

export interface Context {
  /** does a failing command end the file here? */
  readonly errexit: boolean;
  /** set where the command may or may not be carried out: why */
  readonly unsure: string | null;
  /** inside a subshell: variables change for nobody */
  readonly subshell: boolean;
  readonly inFunction: boolean;
}

const STEPS = 40_000_000;
const MAX_STOPS = 20;

/** Variables while files are carried out: what they hold, why it is not known, and where the shell stops. */
export abstract class Variables {
  protected readonly files: readonly SourceFile[];
  protected readonly shell: Shell;
  protected readonly bindings = new Map<string, Binding>();
  protected readonly names = new Set<string>();
  protected readonly readonlyNames = new Set<string>();
  protected readonly assignments: Assigned[] = [];
  protected readonly unsure: { name: string; file: number; word: Word }[] = [];
  protected readonly stops: Stop[] = [];
  protected readonly budget = new Budget(STEPS);
  protected nounset = false;
  protected subshellFailed: "no" | "maybe" | "certainly" = "no";
  protected file = 0;
  private everything: Because | null = null;

  constructor(files: readonly SourceFile[], shell: Shell, preset: Readonly<Record<string, string>>) {
    this.files = files;
    this.shell = shell;
    for (const [name, text] of Object.entries(preset)) {
      const piece: Piece = { kind: "fixed", text, length: text.length, written: null, quote: "bare" };
      const assigned = { name, file: -1, word: null, append: false, pieces: [piece], length: text.length };
      this.bindings.set(name, { kind: "known", assigned });
    }
  }

  protected lookup(name: string): Binding {
    const found = this.bindings.get(name);
    if (found !== undefined) return found;
    if (this.everything !== null) return { kind: "unknown", because: this.everything };
    if (!setFromOutside(name)) return { kind: "unset" };
    return {
      kind: "unknown",
      because: { ...this.because(0, `${name} is set outside these files`), named: true },
    };
  }

  protected because(offset: number, why: string): Because {
    return { file: this.file, offset, why };
  }

  protected stop(kind: Stop["kind"], offset: number, why: string): void {
    const known = this.stops.some((stop) => stop.file === this.file && stop.offset === offset);
    if (this.stops.length < MAX_STOPS && !known) this.stops.push({ kind, ...this.because(offset, why) });
  }

  protected failInSubshell(certainly: boolean): void {
    if (this.subshellFailed !== "certainly") this.subshellFailed = certainly ? "certainly" : "maybe";
  }

  /** From here on any variable may have any value. */
  protected anything(offset: number, why: string, context: Context): void {
    if (context.subshell) return;
    this.everything = { ...this.because(offset, why), named: true };
    this.bindings.clear();
  }

  protected set(name: string, binding: Binding, offset: number, context: Context): void {
    const fails = this.readonlyNames.has(name);
    if (fails && context.subshell) this.failInSubshell(context.unsure === null);
    if (context.subshell) return;
    this.names.add(name);
    if (fails) this.stop("ends", offset, `${name} is read-only and set again`);
    const peculiar = isPeculiar(name, this.shell);
    const why = context.unsure ?? (peculiar ? `gets its value from the shell itself` : null);
    if (why === null) this.bindings.set(name, binding);
    else this.unknown(name, offset, why, context);
  }

  /** A failing command ends the file; in a subshell it ends only that. */
  protected settle(
    status: Status,
    offset: number,
    why: string,
    context: Context,
    kind: Stop["kind"] = "errexit",
  ): Status {
    if (!context.errexit || status === "zero" || status === "likely") return status;
    if (context.subshell) this.failInSubshell(status === "nonzero" && context.unsure === null);
    else this.stop(kind, offset, `${why}; the generator reads the file with set -e and would stop here`);
    return status;
  }

  protected unknown(name: string, offset: number, why: string, context: Context): void {
    if (!isName(name) || context.subshell) return;
    this.names.add(name);
    this.bindings.set(name, {
      kind: "unknown",
      because: { ...this.because(offset, `${name} ${why}`), named: true },
    });
  }
}
