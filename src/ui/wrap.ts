/** Columns of the narrowest screen that is written for. */
export const WIDTH = 80;

/**
 * At blanks, so that each line ends before the screen does; a word that is longer stands alone. `indent`: blanks before
 * every further line; `lead`: columns of the first that are taken already.
 */
export function wrapped(text: string, indent: number, lead = indent): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const before = lines.length === 0 ? lead : indent;
    if (line !== "" && before + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
