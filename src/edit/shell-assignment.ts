import type { Assignment, Part, Shell, Word } from "./shell-syntax.js";

/**
 * `NAME=value` (bash: also `NAME+=value`, `NAME[i]=value`) taken apart; null when the word is no assignment.
 * A quoted `"NAME=value"` is one only as an argument of `export`, which is what `quoted` allows.
 */
export function splitAssignment(word: Word, shell: Shell, quoted = false): Assignment | null {
  const [first, ...others] = word.parts;
  if (first === undefined || first.kind !== "text" || (first.quote !== "bare" && !quoted)) return null;
  if (first.quote === "bare" && first.start !== word.start) return null;
  if (first.text.length !== first.end - first.start) return null;
  const found = (shell === "bash" ? /^([A-Za-z_]\w*)(\[[^\]]*\])?(\+?)=/ : /^([A-Za-z_]\w*)()()=/).exec(
    first.text,
  );
  if (found === null) return null;
  const start = first.start + found[0].length;
  const rest: Part = { ...first, text: first.text.slice(found[0].length), start };
  return {
    name: found[1] ?? "",
    append: found[3] === "+",
    array: (found[2] ?? "") !== "",
    start: word.start,
    word: {
      parts: rest.start < rest.end ? [rest, ...others] : others,
      segments: word.segments.flatMap((segment) =>
        segment.end < start
          ? []
          : segment.start >= start
            ? [segment]
            : segment.end === start && segment.quote === "bare"
              ? []
              : [{ ...segment, start }],
      ),
      start,
      end: word.end,
    },
  };
}
