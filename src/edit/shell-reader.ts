import { splitAssignment } from "./shell-assignment.js";
import { LineReader } from "./shell-lines.js";
import type { Assignment, Clause, Command, Redirect, Script, Shell, Span, Word } from "./shell-syntax.js";
import { isName } from "./shell-syntax.js";
import { SyntaxStop } from "./shell-words.js";

/**
 * Reads a shell-sourced file without running it (POSIX XCU 2.10, with the parts of bash that such files use when
 * `shell` is bash). Never throws: where the text stops being shell, `error` says so and `commands` holds what stood
 * before it, which is also what a shell would have carried out by then. Time is linear in the text.
 */
export function readShell(text: string, shell: Shell): Script {
  return new ShellReader(text, shell).script();
}

const CLOSERS = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}"]);
/** bash words that start something which may set any variable */
const BASH_ONLY = new Set(["time", "coproc", "select"]);

class ShellReader extends LineReader {
  script(): Script {
    const commands: Command[] = [];
    try {
      this.commands(commands, new Set());
      if (this.position < this.text.length) this.stop(`unexpected ${this.shown()}`);
      return { commands, comments: this.comments, error: null };
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
      return { commands, comments: this.comments, error: { offset: error.offset, why: error.message } };
    }
  }

  protected commandsUntilParenthesis(): readonly Command[] {
    const open = this.position;
    const commands = this.commands([], new Set([")"]));
    if (this.peek() !== ")") this.stop("a parenthesis is not closed", open);
    this.position++;
    return commands;
  }

  protected commandsOf(text: string): readonly Command[] {
    return readShell(text, this.shell).commands;
  }

  /** Commands up to the end of the text, a `)`, `;;` or a reserved word that closes something. */
  private commands(into: Command[], closers: ReadonlySet<string>): readonly Command[] {
    for (;;) {
      this.skipNewlines();
      const c = this.peek();
      if (c === "" || c === ")" || this.looking(";;") || (closers.has(";;") && this.looking(";&"))) break;
      if (this.reserved(CLOSERS) !== null) break;
      let command = this.andOr();
      this.blanks();
      if (this.peek() === "&" && this.peek(1) !== "&") {
        this.position++;
        command = { kind: "background", command, start: command.start, end: this.position };
      } else if (this.peek() === ";" && this.peek(1) !== ";" && !(closers.has(";;") && this.peek(1) === "&"))
        this.position++;
      else if (this.peek() === "\n") {
        // a syntax error later on this line would stop the whole line; the command is complete only now
      } else if (this.peek() !== "" && this.peek() !== ")" && !this.looking(";;")) {
        if (!(closers.has(";;") && this.looking(";&"))) this.stop(`unexpected ${this.shown()}`);
      }
      into.push(command);
    }
    return into;
  }

  private body(closers: readonly string[]): readonly Command[] {
    const start = this.position;
    const commands = this.commands([], new Set(closers));
    if (commands.length === 0) this.stop(`unexpected ${this.shown()}`, Math.max(start, this.position));
    return commands;
  }

  private andOr(): Command {
    const first = this.pipeline();
    const rest: { operator: "&&" | "||"; command: Command }[] = [];
    for (;;) {
      this.blanks();
      const operator = this.looking("&&") ? "&&" : this.looking("||") ? "||" : null;
      if (operator === null) break;
      this.position += 2;
      this.skipNewlines();
      rest.push({ operator, command: this.pipeline() });
    }
    return rest.length === 0 ? first : { kind: "list", first, rest, start: first.start, end: this.position };
  }

  private pipeline(): Command {
    const start = this.position;
    let negated = false;
    while (this.reserved(new Set(["!"])) !== null) {
      negated = !negated;
      this.position++;
      this.blanks();
    }
    const bang = this.position > start;
    const commands: Command[] = [this.command()];
    for (;;) {
      this.blanks();
      if (this.peek() !== "|" || this.peek(1) === "|") break;
      this.position += this.shell === "bash" && this.peek(1) === "&" ? 2 : 1;
      this.skipNewlines();
      commands.push(this.command());
    }
    const [only] = commands;
    if (only !== undefined && commands.length === 1 && !bang) return only;
    return { kind: "pipeline", negated, commands, start, end: this.position };
  }

  private command(): Command {
    return this.nested(() => {
      const start = this.position;
      const compound = this.compound();
      if (compound === null) return this.simple();
      if (compound.kind === "function" || compound.kind === "opaque") return compound;
      const redirects: Redirect[] = [];
      for (;;) {
        this.blanks();
        if (!this.redirect(redirects)) break;
      }
      return { ...compound, redirects, start, end: this.position };
    });
  }

  private compound(): Exclude<Command, { kind: "simple" | "pipeline" | "list" | "background" }> | null {
    const start = this.position;
    const span = () => ({ redirects: [], start, end: this.position });
    if (this.peek() === "(") {
      if (this.shell === "bash" && this.peek(1) === "(") return this.unread("bash arithmetic ((…))");
      this.position++;
      const body = this.commandsUntilParenthesis();
      if (body.length === 0) this.stop('unexpected ")"', this.position - 1);
      return { kind: "subshell", body, ...span() };
    }
    const words = ["{", "if", "while", "until", "for", "case"];
    const word = this.reserved(
      new Set(this.shell === "bash" ? [...words, "[[", "function", ...BASH_ONLY] : words),
    );
    if (word === null) return null;
    if (BASH_ONLY.has(word)) return this.unread(`bash's "${word}"`);
    this.position += word.length;
    const opener = { start, end: this.position };
    switch (word) {
      case "{": {
        const body = this.body(["}"]);
        this.expect("}", opener);
        return { kind: "group", body, ...span() };
      }
      case "if":
        return this.conditional(opener);
      case "while":
      case "until": {
        const condition = this.body(["do"]);
        this.expect("do", opener);
        const body = this.body(["done"]);
        this.expect("done", opener);
        return { kind: "loop", condition, body, ...span() };
      }
      case "for":
        return this.forLoop(opener);
      case "case":
        return this.caseOf(opener);
      case "[[":
        return this.condition(opener);
      default: {
        this.blanks();
        const name = this.word();
        if (name === null) this.stop("a function has no name");
        this.blanks();
        if (this.peek() === "(") this.parentheses();
        return this.functionBody(this.text.slice(name.start, name.end), start);
      }
    }
  }

  /** bash syntax not read any further: the rest of the file is unknown. */
  private unread(what: string): Command & { kind: "opaque" } {
    const start = this.position;
    this.position = this.text.length;
    return { kind: "opaque", why: what, redirects: [], start, end: this.position };
  }

  private conditional(opener: Span): Command & { kind: "if" } {
    const clauses: Clause[] = [];
    do {
      const condition = this.body(["then"]);
      this.expect("then", opener);
      clauses.push({ condition, body: this.body(["elif", "else", "fi"]) });
    } while (this.take("elif"));
    const otherwise = this.take("else") ? this.body(["fi"]) : null;
    this.expect("fi", opener);
    return { kind: "if", clauses, otherwise, redirects: [], start: opener.start, end: this.position };
  }

  private forLoop(opener: Span): Command & { kind: "for" | "opaque" } {
    this.blanks();
    if (this.shell === "bash" && this.looking("((")) return this.unread("bash's for ((…))");
    const name = this.word();
    const text = name === null ? "" : this.text.slice(name.start, name.end);
    if (!isName(text)) this.stop("a for loop has no variable", opener.start);
    const words: Word[] = [];
    this.skipNewlines();
    if (this.take("in")) {
      for (;;) {
        this.blanks();
        const word = this.word();
        if (word === null) break;
        words.push(word);
      }
      if (this.peek() !== ";" && this.peek() !== "\n") this.stop(`unexpected ${this.shown()}`);
    }
    if (this.peek() === ";") this.position++;
    this.expect("do", opener);
    const body = this.body(["done"]);
    this.expect("done", opener);
    return { kind: "for", name: text, words, body, redirects: [], start: opener.start, end: this.position };
  }

  private caseOf(opener: Span): Command & { kind: "case" } {
    this.blanks();
    const subject = this.word();
    if (subject === null) this.stop("a case has no word", opener.start);
    this.expect("in", opener);
    const arms: { patterns: readonly Word[]; body: readonly Command[] }[] = [];
    while (!this.take("esac")) {
      if (this.peek() === "") this.stop('"esac" is missing', opener.start);
      if (this.peek() === "(") this.position++;
      const patterns: Word[] = [];
      do {
        if (this.peek() === "|") this.position++;
        this.blanks();
        const pattern = this.word();
        if (pattern === null) this.stop(`unexpected ${this.shown()}`);
        patterns.push(pattern);
        this.blanks();
      } while (this.peek() === "|");
      if (this.peek() !== ")") this.stop(`unexpected ${this.shown()}`);
      this.position++;
      arms.push({ patterns, body: this.commands([], new Set([";;"])) });
      if (this.looking(";;&") && this.shell === "bash") this.position += 3;
      else if (this.looking(";;") || (this.looking(";&") && this.shell === "bash")) this.position += 2;
      else if (this.reserved(new Set(["esac"])) === null) this.stop(`unexpected ${this.shown()}`);
    }
    return { kind: "case", subject, arms, redirects: [], start: opener.start, end: this.position };
  }

  private condition(opener: Span): Command & { kind: "condition" } {
    for (;;) {
      this.blanks();
      if (this.peek() === "") this.stop('"]]" is missing', opener.start);
      const word = this.word();
      if (word === null) this.position++;
      else if (this.text.slice(word.start, word.end) === "]]") break;
    }
    return { kind: "condition", redirects: [], start: opener.start, end: this.position };
  }

  private parentheses(): void {
    this.position++;
    this.blanks();
    if (this.peek() !== ")") this.stop(`unexpected ${this.shown()}`);
    this.position++;
  }

  private functionBody(name: string, start: number): Command & { kind: "function" } {
    this.skipNewlines();
    const body = this.command();
    return { kind: "function", name, body, redirects: [], start, end: this.position };
  }

  private simple(): Command {
    const start = this.position;
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    let end = start;
    for (;;) {
      this.blanks();
      if (this.redirect(redirects)) {
        end = this.position;
        continue;
      }
      const word = this.word();
      if (word === null) {
        if (words.length === 1 && assignments.length === 0 && this.peek() === "(") {
          const name = words[0];
          if (name === undefined) break;
          this.parentheses();
          return this.functionBody(this.text.slice(name.start, name.end), start);
        }
        break;
      }
      end = this.position;
      const assignment = words.length === 0 ? this.assignment(word) : null;
      if (assignment === null) words.push(word);
      else assignments.push(assignment);
      if (
        this.shell === "bash" &&
        (this.peek() === "<" || this.peek() === ">") &&
        this.text.charAt(this.position - 1) === "}"
      )
        return this.unread("a redirection that sets a variable");
    }
    if (end === start && assignments.length === 0 && words.length === 0 && redirects.length === 0)
      this.stop(`unexpected ${this.shown()}`);
    return { kind: "simple", assignments, words, redirects, start, end };
  }

  private assignment(word: Word): Assignment | null {
    const split = splitAssignment(word, this.shell);
    if (split === null) return null;
    if (this.shell === "bash" && this.peek() === "(" && split.word.start === split.word.end) {
      this.position++;
      for (;;) {
        this.skipNewlines();
        if (this.word() === null) break;
      }
      if (this.peek() !== ")") this.stop(`unexpected ${this.shown()}`);
      this.position++;
      return { ...split, array: true };
    }
    return split;
  }
}
