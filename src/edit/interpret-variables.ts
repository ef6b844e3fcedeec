import type { SourceFile } from "../types.js";
import { isPeculiar, setFromOutside } from "./known-commands.js";
import { type Assigned, asAssigned, Budget, flatten, type Piece } from "./provenance.js";
import type { Assignment, Command, Part, Shell, Word } from "./shell-syntax.js";
import { isName, literalText } from "./shell-syntax.js";

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

/** What one part of a word gave: the pieces it added to the value. */
export interface Expanded {
  readonly part: Part;
  readonly pieces: readonly Piece[];
  readonly known: boolean;
}

const LONGEST_VALUE = 8 << 20;
const STEPS = 40_000_000;
const MAX_STOPS = 20;

/** Variables while files are carried out: what they hold, why it is not known, and what an expansion gives (XCU 2.6). */
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

  /** Runs commands whose variables change for nobody. */
  protected abstract apart(commands: readonly Command[], context: Context): Status;

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
    if (context.subshell) return;
    this.names.add(name);
    if (this.readonlyNames.has(name)) this.stop("ends", offset, `${name} is read-only and set again`);
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

  /** Sets the variable; the status of the last command substitution in it, null when there is none. */
  protected assign(
    assignment: Assignment,
    context: Context,
    expanded: Expanded[] | null = null,
  ): Status | null {
    const { name, append, array, word, start } = assignment;
    const pieces: Piece[] = [];
    let unknown: Because | null = array ? this.because(start, "it is an array") : null;
    const substituted: Status[] = [];
    for (const part of word.parts) {
      const from = pieces.length;
      const because = this.expand(part, pieces, context, substituted);
      unknown = because ?? unknown;
      expanded?.push({ part, pieces: pieces.slice(from), known: because === null });
    }
    if (append) {
      // looked up only now: the expansions on the right may have set it
      const before = this.lookup(name);
      if (before.kind === "unknown") unknown ??= before.because;
      else if (before.kind === "known" && before.assigned.length > 0)
        pieces.unshift({
          kind: "value",
          of: before.assigned,
          length: before.assigned.length,
          written: null,
          quote: "bare",
        });
    }
    this.bind(name, word, pieces, unknown, append, context);
    const last = substituted[substituted.length - 1];
    return last ?? null;
  }

  protected bind(
    name: string,
    word: Word,
    pieces: readonly Piece[],
    unknown: Because | null,
    append: boolean,
    context: Context,
  ): void {
    if (context.subshell) return;
    if (context.unsure !== null) this.unsure.push({ name, file: this.file, word });
    const assigned = asAssigned(name, this.file, pieces, word, append);
    const reason =
      assigned.length > LONGEST_VALUE ? this.because(word.start, "its value is too long") : unknown;
    const because: Because | null =
      reason === null || reason.named
        ? reason
        : { ...reason, why: `${name} cannot be worked out: ${reason.why}`, named: true };
    this.set(
      name,
      because === null ? { kind: "known", assigned } : { kind: "unknown", because },
      word.start,
      context,
    );
    if (because === null && context.unsure === null) this.assignments.push(assigned);
  }

  /** Expands only for what it does: `${NAME:=word}` sets, `${NAME:?}` stops. */
  protected touch(word: Word | null, context: Context): void {
    if (word !== null) for (const part of word.parts) this.expand(part, [], context);
  }

  /** Adds the part's value to `into`; the reason when it is not known. */
  protected expand(part: Part, into: Piece[], context: Context, substituted: Status[] = []): Because | null {
    if (!this.budget.spend(1)) return this.because(part.start, "the file is too complicated to work out");
    switch (part.kind) {
      case "text": {
        const { text, start, end, quote } = part;
        into.push({ kind: "text", text, length: text.length, start, end, quote });
        return quote === "bare" && end - start === text.length && this.tilde(part)
          ? this.because(start, "~ stands for a home directory")
          : null;
      }
      case "opaque":
        if (part.fatal) this.stop("ends", part.start, `${part.why} is no valid syntax for this shell`);
        if (this.nounset) this.stop("ends", part.start, `${part.why}, and set -u stops where it is not set`);
        if (part.assigns) this.anything(part.start, `${part.why} may set any variable`, context);
        return this.because(part.start, part.why);
      case "command":
        // a substitution inherits set -e (bash: in POSIX mode)
        substituted.push(this.apart(part.body, { ...context, errexit: true }));
        return this.because(part.start, "it comes from a command");
      case "parameter":
        return this.parameter(part, into, context, substituted);
      default:
        part satisfies never;
        return null;
    }
  }

  protected tilde(part: Part & { kind: "text" }): boolean {
    for (let at = part.text.indexOf("~"); at >= 0; at = part.text.indexOf("~", at + 1)) {
      const before = this.files[this.file]?.text.charAt(part.start + at - 1) ?? "";
      if ("=:-+?".includes(before)) return true;
    }
    return false;
  }

  protected parameter(
    part: Part & { kind: "parameter" },
    into: Piece[],
    context: Context,
    substituted: Status[],
  ): Because | null {
    const { name, operator, word, quote } = part;
    const written = { start: part.start, end: part.end };
    const binding = this.lookup(name);
    const inner: Piece[] = [];
    const expandWord = () => {
      let because: Because | null = null;
      for (const each of word?.parts ?? [])
        because = this.expand(each, inner, context, substituted) ?? because;
      return because;
    };
    const take = () => {
      if (binding.kind === "known" && binding.assigned.length > 0)
        into.push({ kind: "value", of: binding.assigned, length: binding.assigned.length, written, quote });
      return null;
    };
    if (binding.kind === "unknown") {
      if (this.nounset && !/[-+=?]/.test(operator))
        this.stop("ends", part.start, `${name} may not be set, and set -u stops on that`);
      if (operator === ":?" || operator === "?")
        this.settle("maybe", part.start, `${name} may be unset`, context);
      if (word !== null)
        for (const each of word.parts)
          this.expand(each, [], {
            ...context,
            unsure: context.unsure ?? "is set inside an expansion",
          });
      if (operator.endsWith("=")) this.set(name, binding, part.start, context);
      return binding.because;
    }
    const empty = binding.kind === "unset" || binding.assigned.length === 0;
    const missing = operator.startsWith(":") ? empty : binding.kind === "unset";
    if (this.nounset && binding.kind === "unset" && !/[-+=?]/.test(operator))
      this.stop("ends", part.start, `${name} is not set, and set -u stops on that`);
    switch (operator) {
      case "":
        return take();
      case "length": {
        const text = String(binding.kind === "unset" ? 0 : binding.assigned.length);
        into.push({ kind: "fixed", text, length: text.length, written, quote });
        return null;
      }
      case "-":
      case ":-": {
        if (!missing) return take();
        const because = expandWord();
        for (const piece of inner) into.push(piece);
        return because;
      }
      case "+":
      case ":+": {
        if (missing) return null;
        const because = expandWord();
        for (const piece of inner) into.push(piece);
        return because;
      }
      case "=":
      case ":=": {
        if (!missing) return take();
        const because = expandWord();
        if (word !== null) this.bind(name, word, inner, because, false, context);
        const now = this.lookup(name);
        if (now.kind === "known" && now.assigned.length > 0)
          into.push({ kind: "value", of: now.assigned, length: now.assigned.length, written, quote });
        return now.kind === "known"
          ? null
          : (because ?? this.because(part.start, `${name} is set by the expansion`));
      }
      case "?":
      case ":?":
        if (!missing) return take();
        if (context.subshell) this.failInSubshell(context.unsure === null);
        else this.stop("ends", part.start, `${name} is not set, and the expansion stops on that`);
        return this.because(part.start, `${name} is not set`);
      case "%":
      case "%%":
      case "#":
      case "##": {
        const pattern = word === null ? "" : literalText(word);
        if (pattern === null || /[*?[\\]/.test(pattern))
          return this.because(part.start, `it is cut out of ${name} with a pattern`);
        const text = binding.kind === "unset" ? "" : flatten(binding.assigned, this.budget);
        if (text === null) return this.because(part.start, "the value is too long to work out");
        const cut = operator.startsWith("%")
          ? text.endsWith(pattern) && text.slice(0, text.length - pattern.length)
          : text.startsWith(pattern) && text.slice(pattern.length);
        if (cut === false) return take();
        into.push({ kind: "fixed", text: cut, length: cut.length, written, quote });
        return null;
      }
      default:
        operator satisfies never;
        return null;
    }
  }
}
