import type { Quote, Span, Word } from "./shell-syntax.js";

/**
 * The value of a variable as the pieces it was put together from. Nothing is copied: a value that contains another
 * variable's value points at it, so a file of n lines that each append to one variable costs n pieces, not n² bytes.
 */
export type Piece =
  /** literal text of the assignment itself; one character a byte unless `text` is one character and the span two bytes */
  | (Span & { readonly kind: "text"; readonly text: string; readonly length: number; readonly quote: Quote })
  /** the whole value of another assignment; `written` is the expansion's span and null for the left side of `+=` */
  | {
      readonly kind: "value";
      readonly of: Assigned;
      readonly length: number;
      readonly written: Span | null;
      readonly quote: Quote;
    }
  /** worked out from something else, such as `${#NAME}`: can be taken out as a whole but not edited inside */
  | {
      readonly kind: "fixed";
      readonly text: string;
      readonly length: number;
      readonly written: Span | null;
      readonly quote: Quote;
    };

/** One assignment that was carried out, and the value it gave. */
export interface Assigned {
  readonly name: string;
  /** index of the file it stands in; -1: given from outside */
  readonly file: number;
  readonly word: Word | null;
  readonly append: boolean;
  readonly pieces: readonly Piece[];
  readonly length: number;
}

export function asAssigned(
  name: string,
  file: number,
  pieces: readonly Piece[],
  word: Word | null,
  append: boolean,
): Assigned {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return { name, file, word, append, pieces, length };
}

/** Counts work, so that hostile input ends in "too much to work out" instead of taking for ever. */
export class Budget {
  private left: number;
  constructor(steps: number) {
    this.left = steps;
  }
  /** false when there is nothing left */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }
  /** was anything left out because of it? */
  get exhausted(): boolean {
    return this.left < 0;
  }
}

/** The value as text; null when the budget is exhausted. Depth of nesting costs no stack. */
export function flatten(assigned: Assigned, budget: Budget): string | null {
  if (!budget.spend(assigned.length + 1)) return null;
  const out: string[] = [];
  const todo: Piece[] = [...assigned.pieces].reverse();
  for (let piece = todo.pop(); piece !== undefined; piece = todo.pop()) {
    if (piece.length === 0) continue;
    if (!budget.spend(1)) return null;
    if (piece.kind !== "value") out.push(piece.text);
    else for (let i = piece.of.pieces.length - 1; i >= 0; i--) push(todo, piece.of.pieces[i]);
  }
  return out.join("");
}

function push(stack: Piece[], piece: Piece | undefined): void {
  if (piece !== undefined && piece.length > 0) stack.push(piece);
}

/** Where characters of a value are written. */
export interface Written {
  readonly kind: "written";
  readonly assigned: Assigned;
  /** spans whose bytes are exactly these characters, in order, touching ones joined */
  readonly cuts: readonly Span[];
  /** quoting where the first of them stands */
  readonly quote: Quote;
  /** blanks of the same assignment on either side of them, where there are any */
  readonly before: Span | null;
  readonly after: Span | null;
}

export type Located =
  | Written
  | { readonly kind: "nowhere"; readonly assigned: Assigned; readonly why: string };

/** Finds where characters [start, end) of a value are written: the innermost assignment they all come from. */
export function locate(value: Assigned, start: number, end: number, budget: Budget): Located {
  let assigned = value;
  let from = start;
  let to = end;
  for (;;) {
    const covering: { piece: Piece; at: number }[] = [];
    let at = 0;
    for (const piece of assigned.pieces) {
      if (!budget.spend(1)) return { kind: "nowhere", assigned, why: "the value is too long to work out" };
      if (at < to && at + piece.length > from) covering.push({ piece, at });
      at += piece.length;
    }
    const [only] = covering;
    if (covering.length === 1 && only?.piece.kind === "value") {
      assigned = only.piece.of;
      from -= only.at;
      to -= only.at;
      continue;
    }
    return cut(assigned, covering, from, to);
  }
}

function cut(
  assigned: Assigned,
  covering: readonly { piece: Piece; at: number }[],
  from: number,
  to: number,
): Located {
  const cuts: Span[] = [];
  let quote: Quote | null = null;
  if (assigned.file < 0) return { kind: "nowhere", assigned, why: "it comes from outside the files" };
  for (const { piece, at } of covering) {
    let span: Span;
    if (piece.kind === "text") span = spanOf(piece, Math.max(from - at, 0), Math.min(to - at, piece.length));
    else if (from <= at && to >= at + piece.length && piece.written !== null) span = piece.written;
    else return { kind: "nowhere", assigned, why: "the word is put together from several places" };
    quote ??= piece.quote;
    const last = cuts[cuts.length - 1];
    if (last !== undefined && last.end === span.start)
      cuts[cuts.length - 1] = { start: last.start, end: span.end };
    else cuts.push(span);
  }
  return {
    kind: "written",
    assigned,
    cuts,
    quote: quote ?? "bare",
    before: blankAt(assigned, from - 1),
    after: blankAt(assigned, to),
  };
}

function spanOf(piece: Piece & { kind: "text" }, from: number, to: number): Span {
  const oneToOne = piece.end - piece.start === piece.length;
  return oneToOne
    ? { start: piece.start + from, end: piece.start + to }
    : { start: piece.start, end: piece.end };
}

function blankAt(assigned: Assigned, index: number): Span | null {
  let at = 0;
  for (const piece of assigned.pieces) {
    if (index >= at && index < at + piece.length) {
      if (piece.kind !== "text" || !/[ \t]/.test(piece.text.charAt(index - at))) return null;
      return spanOf(piece, index - at, index - at + 1);
    }
    at += piece.length;
  }
  return null;
}
