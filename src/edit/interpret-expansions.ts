import { type Because, type Context, type Status, Variables } from "./interpret-variables.js";
import { asAssigned, flatten, type Piece } from "./provenance.js";
import type { Assignment, Command, Part, Word } from "./shell-syntax.js";
import { literalText } from "./shell-syntax.js";

/** What one part of a word gave: the pieces it added to the value. */
export interface Expanded {
  readonly part: Part;
  readonly pieces: readonly Piece[];
  readonly known: boolean;
}

const LONGEST_VALUE = 8 << 20;

/** What assignments and expansions give (XCU 2.6, 2.9.1). */
export abstract class Expansions extends Variables {
  /** Runs commands whose variables change for nobody. */
  protected abstract apart(commands: readonly Command[], context: Context): Status;

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
    // nothing is kept of it, but setting a read-only variable ends the subshell
    if (context.subshell) {
      this.set(name, { kind: "unset" }, word.start, context);
      return;
    }
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

  /** At the start of a value or after one of these a shell may expand it; a newline there is a continuation line. */
  protected tilde(part: Part & { kind: "text" }): boolean {
    for (let at = part.text.indexOf("~"); at >= 0; at = part.text.indexOf("~", at + 1)) {
      const before = this.files[this.file]?.text.charAt(part.start + at - 1) ?? "";
      if ("=:-+?\n".includes(before)) return true;
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
