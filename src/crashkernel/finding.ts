/** What there is to say about an expression, and where. */
export interface Finding {
  /**
   * error: the kernel reserves nothing, or not what is written. objection: it works here, but a careful admin stops.
   * warning and note: shown, and stop nothing.
   */
  readonly severity: "error" | "objection" | "warning" | "note";
  /** one sentence */
  readonly message: string;
  /** index into the words joined by one blank; null when it is about no single character */
  readonly at: number | null;
  /** stable */
  readonly id: string;
}

/** Errors after which the parser is content with the value, and yet no memory is reserved. */
export const NOT_PLACED: ReadonlySet<string> = new Set([
  "no-place",
  "size-not-below-memory",
  "offset-unaligned",
  "offset-on-kernel",
]);
