/** One word of the GRUB script language. */
export interface Word {
  /** after GRUB's unquoting; variables stand as they are written, `$name` or `${name}` */
  readonly text: string;
  /** names of the variables GRUB would put in */
  readonly variables: readonly string[];
}

export interface WordRead {
  /** null when there was nothing but a line continuation */
  readonly word: Word | null;
  /** no quote, escape, continuation or variable in it: may be a word of the language itself */
  readonly plain: boolean;
  /** where reading stopped, and the 1-based line there */
  readonly at: number;
  readonly line: number;
}

const PLAIN = /[^{}|&$;<> \t\n'"\\]+/y;
const VARIABLE = /\$(?:([A-Za-z_]\w*|\d+|[?#*@])|\{([A-Za-z_]\w*|\d+|[?#*@])\})/y;
const QUOTED = /[^"\\$\n]+/y;

const run = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/**
 * Reads the word that begins at `start` (which is no blank, newline or operator) as GRUB's lexer does:
 * GRUB 2.06, grub-core/script/yylex.l. A quote that is never closed ends with the text and is told to `fault`.
 */
export function readWord(
  text: string,
  start: number,
  startLine: number,
  fault: (line: number, what: string) => void,
): WordRead {
  const out: string[] = [];
  const variables: string[] = [];
  let plain = true;
  /** nothing yet but continuations */
  let bare = true;
  let at = start;
  let line = startLine;

  const variable = (): boolean => {
    const found = run(VARIABLE, text, at);
    out.push(found?.[0] ?? "$");
    at += found?.[0].length ?? 1;
    if (found !== null) variables.push(found[1] ?? found[2] ?? "");
    return found !== null;
  };

  const singleQuoted = (): void => {
    const end = text.indexOf("'", at + 1);
    const body = text.slice(at + 1, end === -1 ? text.length : end);
    if (end === -1) fault(line, "a single quote that is never closed");
    at = end === -1 ? text.length : end + 1;
    out.push(body);
    for (let n = body.indexOf("\n"); n !== -1; n = body.indexOf("\n", n + 1)) line += 1;
  };

  const doubleQuoted = (): void => {
    const opened = line;
    at += 1;
    for (;;) {
      const c = text[at];
      if (c === undefined) {
        fault(opened, "a double quote that is never closed");
        return;
      }
      if (c === '"') {
        at += 1;
        return;
      }
      if (c === "$") {
        variable();
      } else if (c === "\\") {
        const next = text[at + 1] ?? "";
        if (next === "\n") line += 1;
        else out.push(next === "$" || next === "\\" || next === '"' ? next : `\\${next}`);
        at += 1 + next.length;
      } else if (c === "\n") {
        line += 1;
        out.push(c);
        at += 1;
      } else {
        const body = run(QUOTED, text, at)?.[0] ?? c;
        out.push(body);
        at += body.length;
      }
    }
  };

  for (;;) {
    const c = text[at];
    if (c === "\\") {
      const next = text[at + 1] ?? "";
      if (next === "") fault(line, "a backslash at the very end");
      if (next === "\n") line += 1;
      else out.push(next);
      plain = false;
      bare = bare && next === "\n";
      at += 1 + next.length;
    } else if (c === "'") {
      plain = false;
      bare = false;
      singleQuoted();
    } else if (c === '"') {
      plain = false;
      bare = false;
      doubleQuoted();
    } else if (c === "$" && text[at + 1] === '"') {
      // $"…" is a text to be translated, otherwise a double quote
      plain = false;
      bare = false;
      at += 1;
      doubleQuoted();
    } else if (c === "$") {
      plain = false;
      if (!variable()) fault(line, 'a "$" that names no variable');
    } else {
      const body = run(PLAIN, text, at)?.[0];
      if (body === undefined) break;
      out.push(body);
      at += body.length;
    }
  }
  return { word: bare && out.length === 0 ? null : { text: out.join(""), variables }, plain, at, line };
}
