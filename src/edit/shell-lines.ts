import type { Redirect, Span } from "./shell-syntax.js";
import { WordReader } from "./shell-words.js";

const REDIRECT = /(?:[0-9]+)?(?:&>>|&>|<<<|<<-|<<|<>|>>|>\||<&|>&|<|>)/y;

/** What stands between commands: blanks, comments, line ends with their here-documents, reserved words, redirections. */
export abstract class LineReader extends WordReader {
  protected readonly comments: Span[] = [];
  private pendingHereDocs: {
    delimiter: string;
    tabs: boolean;
    expands: boolean;
    done: (body: string) => void;
  }[] = [];

  protected shown(): string {
    const c = this.peek();
    return c === ""
      ? "end of file"
      : c === "\n"
        ? "end of line"
        : `"${this.text.slice(this.position).match(/^\w{1,20}/)?.[0] ?? c}"`;
  }

  /** Blanks, continuation lines and a comment; not the newline. */
  protected blanks(): void {
    for (;;) {
      const c = this.peek();
      if (c === " " || c === "\t") this.position++;
      else if (c === "\\" && this.peek(1) === "\n") this.position += 2;
      else if (c === "#") {
        const start = this.position;
        const end = this.text.indexOf("\n", start);
        this.position = end < 0 ? this.text.length : end;
        this.comments.push({ start, end: this.position });
      } else return;
    }
  }

  protected newline(): void {
    this.position++;
    const waiting = this.pendingHereDocs;
    this.pendingHereDocs = [];
    for (const doc of waiting) {
      const start = this.position;
      for (;;) {
        if (this.position >= this.text.length)
          this.stop(`the here-document up to ${doc.delimiter} is not closed`, start);
        const end = this.text.indexOf("\n", this.position);
        const stop = end < 0 ? this.text.length : end;
        const line = this.text.slice(this.position, stop);
        const body = this.position;
        this.position = Math.min(stop + 1, this.text.length);
        if ((doc.tabs ? line.replace(/^\t+/, "") : line) !== doc.delimiter) continue;
        doc.done(doc.expands ? this.text.slice(start, body) : "");
        break;
      }
    }
  }

  protected skipNewlines(): void {
    for (;;) {
      this.blanks();
      if (this.peek() !== "\n") return;
      this.newline();
    }
  }

  /** The reserved word at this place, when it is one of `of`; nothing is read. */
  protected reserved(of: ReadonlySet<string>): string | null {
    const at = /[a-z!{}[]+/y;
    at.lastIndex = this.position;
    const found = at.exec(this.text)?.[0];
    if (found === undefined || !of.has(found)) return null;
    const next = this.peek(found.length);
    return next === "" ||
      " \t\n;&|<>()".includes(next) ||
      (next === "\\" && this.peek(found.length + 1) === "\n")
      ? found
      : null;
  }

  protected take(word: string): boolean {
    this.skipNewlines();
    if (this.reserved(new Set([word])) === null) return false;
    this.position += word.length;
    return true;
  }

  protected expect(word: string, opener: Span): void {
    if (!this.take(word))
      this.stop(`"${word}" is missing`, this.peek() === "" ? opener.start : this.position);
  }

  protected redirect(into: Redirect[]): boolean {
    REDIRECT.lastIndex = this.position;
    const found = REDIRECT.exec(this.text)?.[0];
    if (found === undefined) return false;
    const operator = found.replace(/^[0-9]+/, "");
    if (this.shell === "dash" && (operator.startsWith("&") || operator === "<<<")) {
      if (operator.startsWith("&")) return false;
      this.stop('unexpected "<"');
    }
    if (
      this.shell === "bash" &&
      /^[<>]$/.test(operator) &&
      this.peek(found.length) === "(" &&
      found === operator
    )
      return false;
    this.position += found.length;
    this.blanks();
    const target = this.word();
    if (target === null) this.stop("a redirection has no target");
    if (operator !== "<<" && operator !== "<<-") {
      into.push({ operator, target, assigns: false });
      return true;
    }
    const raw = this.text.slice(target.start, target.end);
    const quoted = /['"\\]/.test(raw);
    const doc = { operator, target: null, assigns: false };
    into.push(doc);
    this.pendingHereDocs.push({
      delimiter: raw.replace(/['"\\]/g, ""),
      tabs: operator === "<<-",
      expands: !quoted,
      done: (body) => {
        doc.assigns = /\$\{[^}\n]*[=/:]|\$\(\(|\$\[/.test(body);
      },
    });
    return true;
  }
}
