/** Columns of the narrowest screen that is written for. */
export const WIDTH = 80;

/**
 * At blanks, so that each line ends before the screen does; a word that is longer stands alone. `indent`: blanks before
 * every further line; `lead`: columns of the first that are taken already.
 */
export function wrapped(text: string, indent: number, lead = indent): string {
  return filled(text.split(" "), indent, lead);
}

/** The same where nothing is to be copied from: what is longer than a line is cut behind a comma or a slash. */
export function wrappedAndCut(text: string, indent: number): string {
  return filled(
    text.split(" ").flatMap((word) => pieces(word, WIDTH - indent)),
    indent,
    indent,
  );
}

function filled(words: readonly string[], indent: number, lead: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const before = lines.length === 0 ? lead : indent;
    if (line !== "" && before + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

function pieces(word: string, room: number): readonly string[] {
  const cut: string[] = [];
  let rest = word;
  while (rest.length > room) {
    const at = Math.max(rest.lastIndexOf(",", room - 1), rest.lastIndexOf("/", room - 1)) + 1 || room;
    cut.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...cut, rest];
}
