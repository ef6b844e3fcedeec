export interface Style {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export type ColorChoice = "auto" | "always" | "never";

/** https://no-color.org: NO_COLOR, when set and not empty, means no colour; an option given by hand goes first. */
function chooseStyle(choice: ColorChoice, isTerminal: boolean): Style {
  const noColor = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== "";
  const on =
    choice === "always" || (choice === "auto" && isTerminal && !noColor && process.env.TERM !== "dumb");
  const code = (open: number, close: number) => (text: string) =>
    on ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: code(1, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
    cyan: code(36, 39),
  };
}

/**
 * Makes text that came from a file or a program safe to show: a control character, save newline and TAB, could move
 * the cursor or change the terminal, so it is shown as \xNN.
 */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** ASCII, one character for one character, so that a caret below stays in its place. */
export function plainCharacters(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** Is text UTF-8 there? LC_ALL goes before LC_CTYPE, that before LANG, and an empty one is as good as none (locale(7)). */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "");
}

const PLAIN: Readonly<Record<string, string>> = { "\u2192": "->", "\u2026": "...", "\u00d7": "x" };

/** For a terminal of another character set: our own signs spelt in ASCII, and a "?" for every other character. */
export function inCharset(text: string, stream: NodeJS.WriteStream): string {
  if (stream.isTTY !== true || isUtf8(process.env)) return text;
  return text.replace(/[^\0-\x7f]/gu, (sign) => PLAIN[sign] ?? "?");
}

export function colourDiff(diff: string, style: Style): string {
  return (
    printable(diff)
      .split("\n")
      // the padding of GRUB's environment block: kilobytes of one character
      .map((line) => line.replace(/^([ +-])#{100,}$/, "$1####…"))
      .map((line) => {
        if (line.startsWith("+++") || line.startsWith("---")) return style.bold(line);
        if (line.startsWith("@@")) return style.cyan(line);
        if (line.startsWith("+")) return style.green(line);
        if (line.startsWith("-")) return style.red(line);
        return line;
      })
      .join("\n")
  );
}

/** Where things are said. A result goes to standard output, talk to standard error. */
export interface Output {
  readonly style: Style;
  readonly result: (text: string) => void;
  readonly talk: (text: string) => void;
  /** what has to be heard, --quiet or not */
  readonly error: (text: string) => void;
  /** talk that only -v shows */
  readonly detail: (text: string) => void;
}

export function openOutput(options: {
  readonly color: ColorChoice;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** with JSON only one document may stand on standard output */
  readonly textResult: boolean;
  /** collects the text result instead of printing it */
  readonly into: string[] | null;
}): Output {
  const style = chooseStyle(options.color, options.into === null && process.stdout.isTTY === true);
  const error = (text: string) => say(process.stderr, inCharset(`${text}\n`, process.stderr));
  const talk = (text: string) => {
    if (!options.quiet) error(text);
  };
  return {
    style,
    talk,
    error,
    result: (text) => {
      if (!options.textResult) return;
      if (options.into === null) say(process.stdout, inCharset(`${text}\n`, process.stdout));
      else options.into.push(`${text}\n`);
    },
    detail: options.verbose ? talk : () => undefined,
  };
}

/**
 * Writes, whatever becomes of it: a log disk that fills up must not end a change half-way. On Node 16 a write to a
 * file throws at once; otherwise cli.ts hears of it. What could not be said there is known at the end (exit 1).
 */
export function say(stream: NodeJS.WriteStream, text: string): void {
  try {
    stream.write(text);
  } catch (failure) {
    stream.emit("error", failure);
  }
}
