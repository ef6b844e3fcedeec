import type { Command, ParameterOperator, Part, Quote, Segment, Shell, Span, Word } from "./shell-syntax.js";

/** Deeper nesting of `$(`, `${`, `(`, `{`, `if` … than any configuration file has; the reader stops there. */
const MAX_DEPTH = 60;

/** Leaves the reader at the place where the text stops being shell; caught by `readShell`, never seen outside. */
export class SyntaxStop extends Error {
  readonly offset: number;
  constructor(offset: number, why: string) {
    super(why);
    this.offset = offset;
  }
}

const BLANK_OR_OPERATOR = new Set(" \t\n;&|<>()");
const OPERATORS: readonly ParameterOperator[] = [
  ":-",
  ":=",
  ":+",
  ":?",
  "%%",
  "##",
  "-",
  "=",
  "+",
  "?",
  "%",
  "#",
];
const NAME_AT = /[A-Za-z_][A-Za-z0-9_]*/y;
/** an arithmetic or substring expression that changes a variable: an assignment or ++/-- */
const ASSIGNS = /\+\+|--|[^=!<>]=(?!=)|<<=|>>=/;

/**
 * Words of the shell's language (POSIX XCU 2.2, 2.3, 2.6): quoting, expansions, continuation lines. What stands inside
 * a command substitution is a list of commands again, so the grammar above supplies `commandsUntilParenthesis`.
 */
export abstract class WordReader {
  protected position = 0;
  private depth = 0;
  protected readonly text: string;
  protected readonly shell: Shell;

  constructor(text: string, shell: Shell) {
    this.text = text;
    this.shell = shell;
  }

  /** Reads commands up to the `)` that closes a substitution and steps over it. */
  protected abstract commandsUntilParenthesis(): readonly Command[];
  protected abstract commandsOf(text: string): readonly Command[];

  protected stop(why: string, offset = this.position): never {
    throw new SyntaxStop(offset, why);
  }

  /** Runs `read` one level deeper; hostile nesting ends in a syntax stop, not in an exhausted stack. */
  protected nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) this.stop(`nested deeper than ${MAX_DEPTH} levels`);
    const value = read();
    this.depth--;
    return value;
  }

  protected peek(ahead = 0): string {
    return this.text.charAt(this.position + ahead);
  }

  protected looking(at: string): boolean {
    return this.text.startsWith(at, this.position);
  }

  /** A word at this place; null when an operator, a newline or the end stands here. */
  protected word(): Word | null {
    const start = this.position;
    const parts: Part[] = [];
    const segments: Segment[] = [];
    this.bare(parts, segments, false);
    return this.position === start ? null : { parts, segments, start, end: this.position };
  }

  /** Unquoted text with quoted stretches in it, up to a blank or operator, or (inside `${…}`) up to the brace. */
  private bare(parts: Part[], segments: Segment[], inBraces: boolean): void {
    let run = this.position;
    let segment = this.position;
    const endRun = () => this.literal(parts, run, this.position, "bare");
    const endSegment = () => {
      if (this.position > segment) segments.push({ quote: "bare", start: segment, end: this.position });
    };
    const resume = () => {
      run = this.position;
      segment = this.position;
    };
    for (;;) {
      const c = this.peek();
      if (c === "") {
        if (inBraces) this.stop("a ${ is not closed");
        break;
      }
      if (inBraces ? c === "}" : BLANK_OR_OPERATOR.has(c)) {
        if (!inBraces && this.processSubstitution(c, parts, endRun)) {
          run = this.position;
          continue;
        }
        break;
      }
      if (c === "\\") {
        endRun();
        this.escape(parts, "bare");
        run = this.position;
      } else if (c === "'") {
        endRun();
        endSegment();
        const quoted = this.single(parts);
        segments.push(quoted);
        resume();
      } else if (c === '"') {
        endRun();
        endSegment();
        const quoted = this.double(parts);
        segments.push(quoted);
        resume();
      } else if (c === "$" || c === "`") {
        endRun();
        this.expansion(parts, "bare");
        run = this.position;
      } else this.position++;
    }
    endRun();
    endSegment();
  }

  /** bash's `<(…)` and `>(…)` */
  private processSubstitution(c: string, parts: Part[], endRun: () => void): boolean {
    if (this.shell !== "bash" || (c !== "<" && c !== ">") || this.peek(1) !== "(") return false;
    endRun();
    const start = this.position;
    this.position += 2;
    this.nested(() => this.commandsUntilParenthesis());
    parts.push(opaque({ start, end: this.position }, "bare", "process substitution"));
    return true;
  }

  private literal(parts: Part[], start: number, end: number, quote: Quote): void {
    if (end > start) parts.push({ kind: "text", text: this.text.slice(start, end), start, end, quote });
  }

  /** A backslash outside quotes: the next character as it is; with a newline, nothing at all. */
  private escape(parts: Part[], quote: Quote): void {
    const start = this.position;
    const c = this.peek(1);
    this.position += c === "" ? 1 : 2;
    if (c === "\n") return;
    parts.push({ kind: "text", text: c === "" ? "\\" : c, start, end: this.position, quote });
  }

  private single(parts: Part[]): Segment {
    const start = this.position + 1;
    const end = this.text.indexOf("'", start);
    if (end < 0) this.stop("a single quote is not closed");
    this.position = end + 1;
    this.literal(parts, start, end, "single");
    return { quote: "single", start, end };
  }

  private double(parts: Part[]): Segment {
    const open = this.position++;
    this.insideDouble(parts, '"', open);
    const segment: Segment = { quote: "double", start: open + 1, end: this.position };
    this.position++;
    return segment;
  }

  /** Text between double quotes up to `close`, which stays unread. */
  private insideDouble(parts: Part[], close: '"' | "}", open: number): void {
    let run = this.position;
    for (;;) {
      const c = this.peek();
      if (c === "") this.stop(close === '"' ? "a double quote is not closed" : "a ${ is not closed", open);
      if (c === close) break;
      if (c === "\\") {
        const next = this.peek(1);
        if (next !== "" && '$`"\\\n'.includes(next)) {
          this.literal(parts, run, this.position, "double");
          this.escape(parts, "double");
          run = this.position;
        } else this.position += next === "" ? 1 : close === "}" && next === "}" ? this.oddBrace(parts) : 2;
      } else if (c === "$" || c === "`") {
        this.literal(parts, run, this.position, "double");
        this.expansion(parts, "double");
        run = this.position;
      } else if (c === '"') {
        // quotes inside "${…}": how they nest differs between shells, so the value is not worked out
        this.literal(parts, run, this.position, "double");
        const start = this.position;
        this.nested(() => this.double(parts));
        parts.push(
          opaque({ start, end: this.position }, "double", "quotes inside an expansion inside quotes"),
        );
        run = this.position;
      } else this.position++;
    }
    this.literal(parts, run, this.position, "double");
  }

  private oddBrace(parts: Part[]): number {
    const at = { start: this.position, end: this.position + 2 };
    parts.push(opaque(at, "double", "an escaped brace inside an expansion"));
    return 2;
  }

  /** At `$` or a backtick. */
  private expansion(parts: Part[], quote: Quote): void {
    const start = this.position;
    const c = this.peek(1);
    if (this.peek() === "`") this.backticks(parts, quote);
    else if (c === "(") {
      if (this.peek(2) === "(" && this.arithmetic(parts, quote)) return;
      this.position += 2;
      const body = this.nested(() => this.commandsUntilParenthesis());
      parts.push({ kind: "command", body, start, end: this.position, quote });
    } else if (c === "{") this.nested(() => this.braces(parts, quote));
    else if (/[A-Za-z_]/.test(c)) {
      NAME_AT.lastIndex = start + 1;
      const name = NAME_AT.exec(this.text)?.[0] ?? "";
      this.position = start + 1 + name.length;
      const at = { start, end: this.position };
      // the continuation is taken out before the name ends, so the name goes on in the next line
      if (this.looking("\\\n"))
        parts.push(opaque(at, quote, "a continuation line right after a variable's name"));
      else parts.push({ kind: "parameter", name, operator: "", word: null, ...at, quote });
    } else if (/[0-9@*#?$!-]/.test(c) && c !== "") {
      this.position += 2;
      parts.push(opaque({ start, end: this.position }, quote, `$${c} is not known before the file is run`));
    } else if (quote === "bare" && c === "'") {
      this.dollarSingle();
      parts.push(
        opaque({ start, end: this.position }, quote, "$'…' means different things to different shells"),
      );
    } else if (quote === "bare" && c === '"') {
      this.position++;
      const inner: Part[] = [];
      this.double(inner);
      parts.push(
        opaque({ start, end: this.position }, quote, '$"…" means different things to different shells', true),
      );
    } else if (c === "[" && this.shell === "bash") {
      this.position += 2;
      parts.push(opaque({ start, end: this.position }, quote, "arithmetic $[…]", true));
    } else if (c === "\\" && this.peek(2) === "\n") {
      this.position++;
      parts.push(opaque({ start, end: this.position }, quote, "a continuation line right after $"));
    } else {
      this.position++;
      this.literal(parts, start, this.position, quote);
    }
  }

  /** `$'…'`: where it ends differs, since a backslash hides a quote only from shells that know this form. */
  private dollarSingle(): void {
    const start = this.position;
    this.position += 2;
    for (let c = this.peek(); c !== "'"; c = this.peek()) {
      if (c === "") this.stop("a $' is not closed", start);
      if (c === "\\" && this.shell === "dash" && this.peek(1) === "'")
        this.stop("\\' inside $'…' means different things to different shells");
      this.position += c === "\\" && this.shell === "bash" ? 2 : 1;
    }
    this.position++;
  }

  private backticks(parts: Part[], quote: Quote): void {
    const start = this.position++;
    for (;;) {
      const c = this.peek();
      if (c === "") this.stop("a backtick is not closed", start);
      if (c === "`") break;
      this.position += c === "\\" ? 2 : 1;
    }
    const raw = this.text.slice(start + 1, this.position++);
    const body = this.nested(() => this.commandsOf(raw.replace(/\\([`\\$])/g, "$1")));
    parts.push({ kind: "command", body, start, end: this.position, quote });
  }

  /** `$((…))`; false (and nothing read) when the parentheses are those of a subshell in a substitution. */
  private arithmetic(parts: Part[], quote: Quote): boolean {
    const start = this.position;
    let open = 0;
    for (let at = start + 3; at < this.text.length; at++) {
      const c = this.text.charAt(at);
      if (c === "(") open++;
      else if (c === ")" && open > 0) open--;
      else if (c === ")") {
        if (this.text.charAt(at + 1) !== ")") return false;
        const raw = this.text.slice(start + 3, at);
        this.position = at + 2;
        parts.push(
          opaque({ start, end: this.position }, quote, "arithmetic", ASSIGNS.test(raw) || /[$`]/.test(raw)),
        );
        return true;
      } else if (c === "'" || c === '"' || c === "#" || c === "\n") return false;
    }
    return false;
  }

  /** At `${`. */
  private braces(parts: Part[], quote: Quote): void {
    const start = this.position;
    this.position += 2;
    const length = this.peek() === "#" && /[A-Za-z_]/.test(this.peek(1));
    if (length) this.position++;
    NAME_AT.lastIndex = this.position;
    const name = NAME_AT.exec(this.text)?.[0] ?? "";
    this.position += name.length;
    const plain: ParameterOperator | undefined =
      name === "" || this.peek() !== "}" ? undefined : length ? "length" : "";
    const operator = plain ?? (length || name === "" ? undefined : OPERATORS.find((op) => this.looking(op)));
    if (operator !== undefined) {
      if (plain === undefined) this.position += operator.length;
      const word = plain === undefined ? this.bracesWord(quote, operator) : null;
      this.position++;
      parts.push({ kind: "parameter", name, operator, word, start, end: this.position, quote });
      return;
    }
    // a special parameter, or an operator one of the shells does not know
    this.bracesWord(quote, "");
    this.position++;
    const raw = this.text.slice(start, this.position);
    const special = /^\$\{#?[0-9@*#?$!-][0-9]*\}$/.test(raw);
    parts.push({
      kind: "opaque",
      why: special ? `${raw} is not known before the file is run` : `the expansion ${raw.slice(0, 40)}`,
      assigns: !special && (ASSIGNS.test(raw) || raw.includes("=") || /[`]|\$\(/.test(raw)),
      fatal: !special && this.shell === "dash",
      start,
      end: this.position,
      quote,
    });
  }

  private bracesWord(quote: Quote, operator: string): Word {
    const start = this.position;
    const parts: Part[] = [];
    // a pattern is not governed by the quotes around the expansion, a default value is
    if (quote === "double" && !operator.startsWith("%") && !operator.startsWith("#"))
      this.insideDouble(parts, "}", start);
    else this.bare(parts, [], true);
    return { parts, segments: [], start, end: this.position };
  }
}

function opaque(at: Span, quote: Quote, why: string, assigns = false): Part {
  return { kind: "opaque", why, assigns, fatal: false, start: at.start, end: at.end, quote };
}
