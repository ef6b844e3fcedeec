/** A word of a kernel command line; [start, end) in the value it was found in, which is where its bytes stand. */
export interface CommandLineWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a command line as GRUB hands it on and the kernel reads it: blanks (space, tab, newline) separate, except
 * between quotes (GRUB: single and double, kernel: double) and after a backslash (GRUB script, "Quoting").
 */
export function splitWords(value: string): CommandLineWord[] {
  return scan(value).words;
}

/** Is a quote open at the end? GRUB would not accept such a line. */
export function endsInQuotes(value: string): boolean {
  return scan(value).open;
}

function scan(value: string): { words: CommandLineWord[]; open: boolean } {
  const words: CommandLineWord[] = [];
  let start = -1;
  let quote = "";
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i);
    if (quote === "" && (c === " " || c === "\t" || c === "\n")) {
      if (start >= 0) words.push({ word: value.slice(start, i), start, end: i });
      start = -1;
      continue;
    }
    if (start < 0) start = i;
    if (c === "\\" && quote !== "'") i++;
    else if (quote === "" && (c === '"' || c === "'")) quote = c;
    else if (c === quote) quote = "";
  }
  if (start >= 0) words.push({ word: value.slice(start), start, end: value.length });
  return { words, open: quote !== "" };
}

export const PARAMETER = "crashkernel=";

/** Is this the parameter itself? (Words that merely contain it are found by the kernel too, see `kindOf`.) */
export function isCrashkernel(word: string): boolean {
  return word.startsWith(PARAMETER);
}

/**
 * Which search of the kernel takes a word (kernel/crash_core.c, get_last_crashkernel): "high" and "low" by the suffix
 * at its end, all else is plain. `,cma` is a kind of its own only from 6.17 on, so here it counts as plain.
 */
export function kindOf(word: string): "plain" | "high" | "low" {
  return word.endsWith(",high") ? "high" : word.endsWith(",low") ? "low" : "plain";
}
