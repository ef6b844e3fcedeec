/**
 * What the reader makes of a shell-sourced configuration file. Every part knows the bytes it was read from, so an
 * editor can change some of them and give all others back. Offsets count bytes (the text is latin1), ends are exclusive.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How the bytes stand there: this decides what may be written at that place. */
export type Quote = "bare" | "single" | "double";

export type Part =
  /** literal text; either as long as its bytes (one to one), or one character written as two (`\x`) */
  | (Span & { readonly kind: "text"; readonly text: string; readonly quote: Quote })
  /** `$name`, `${name}` or `${name<operator>word}` with an operator both shells know */
  | (Span & {
      readonly kind: "parameter";
      readonly name: string;
      readonly operator: ParameterOperator;
      readonly word: Word | null;
      readonly quote: Quote;
    })
  /** `$(…)` or backticks */
  | (Span & { readonly kind: "command"; readonly body: readonly Command[]; readonly quote: Quote })
  /** something whose value is not worked out here; `assigns`: it may set variables, `fatal`: the shell stops on it */
  | (Span & {
      readonly kind: "opaque";
      readonly why: string;
      readonly assigns: boolean;
      readonly fatal: boolean;
      readonly quote: Quote;
    });

export type ParameterOperator =
  | ""
  | "length"
  | "-"
  | ":-"
  | "="
  | ":="
  | "+"
  | ":+"
  | "?"
  | ":?"
  | "%"
  | "%%"
  | "#"
  | "##";

/** A stretch of one quoting style; the range is what stands inside the quotes. */
export interface Segment extends Span {
  readonly quote: Quote;
}

export interface Word extends Span {
  readonly parts: readonly Part[];
  /** [] for a word inside `${…}` */
  readonly segments: readonly Segment[];
}

export interface Assignment {
  readonly name: string;
  /** `+=` */
  readonly append: boolean;
  /** `NAME=(…)` or `NAME[i]=…`: no value of ours */
  readonly array: boolean;
  readonly start: number;
  readonly word: Word;
}

export interface Redirect {
  readonly operator: string;
  readonly target: Word | null;
  /** a here-document whose text may set variables while it is expanded */
  readonly assigns: boolean;
}

export interface SimpleCommand extends Span {
  readonly kind: "simple";
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

interface Compound extends Span {
  readonly redirects: readonly Redirect[];
}

export interface Clause {
  readonly condition: readonly Command[];
  readonly body: readonly Command[];
}

export type Command =
  | SimpleCommand
  | (Span & { readonly kind: "pipeline"; readonly negated: boolean; readonly commands: readonly Command[] })
  | (Span & {
      readonly kind: "list";
      readonly first: Command;
      readonly rest: readonly { readonly operator: "&&" | "||"; readonly command: Command }[];
    })
  | (Span & { readonly kind: "background"; readonly command: Command })
  | (Compound & { readonly kind: "group" | "subshell"; readonly body: readonly Command[] })
  | (Compound & {
      readonly kind: "if";
      readonly clauses: readonly Clause[];
      readonly otherwise: readonly Command[] | null;
    })
  | (Compound & {
      readonly kind: "loop";
      readonly condition: readonly Command[];
      readonly body: readonly Command[];
    })
  | (Compound & {
      readonly kind: "for";
      readonly name: string;
      readonly words: readonly Word[];
      readonly body: readonly Command[];
    })
  | (Compound & {
      readonly kind: "case";
      readonly subject: Word;
      readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: readonly Command[] }[];
    })
  | (Compound & { readonly kind: "function"; readonly name: string; readonly body: Command })
  /** `[[ … ]]` */
  | (Compound & { readonly kind: "condition" })
  /** bash syntax that may set anything and is not read further */
  | (Compound & { readonly kind: "opaque"; readonly why: string });

export type Shell = "dash" | "bash";

export interface Script {
  /** everything up to the end, or up to where the syntax stops being shell */
  readonly commands: readonly Command[];
  readonly comments: readonly Span[];
  readonly error: { readonly offset: number; readonly why: string } | null;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** The text of a word that is literal from end to end; null when something in it is expanded. */
export function literalText(word: Word): string | null {
  let text = "";
  for (const part of word.parts) {
    if (part.kind !== "text") return null;
    text += part.text;
  }
  return text;
}
