import type { Assigned } from "./provenance.js";
import type { Word } from "./shell-syntax.js";
import type { Splice } from "./text.js";

/**
 * Splices that add `words` (joined by blanks, free of anything a shell would expand) to an assignment's value, inside
 * its quotes. They come after the last character that is no blank, so that taking them out again with one blank gives
 * the bytes back. null: nothing can be added there (a default value inside an expansion).
 */
export function appendSplices(word: Word, words: string): readonly Splice[] | null {
  const [first] = word.segments;
  const last = word.segments[word.segments.length - 1];
  // NAME= with nothing after it
  if (first === undefined || last === undefined)
    return word.start === word.end ? [{ start: word.start, end: word.start, text: `"${words}"` }] : null;
  const final = word.parts[word.parts.length - 1];
  // a line that ends in CR LF: the shell keeps the CR as part of the value, and a word before it would take it on
  if (final?.kind === "text" && final.quote === "bare" && final.text.endsWith("\r"))
    return [insert(first.start, first.quote === "bare" ? `"${words} "` : `${words} `)];
  for (let i = word.parts.length - 1; i >= 0; i--) {
    const part = word.parts[i];
    if (part === undefined) break;
    let end = part.end;
    if (part.kind === "text") {
      const kept = part.text.replace(/[ \t\r\n]+$/, "").length;
      if (kept === 0) continue;
      end = part.end - part.start === part.text.length ? part.start + kept : part.end;
    }
    if (part.quote !== "bare") return [insert(end, ` ${words}`)];
    if (word.segments.length === 1 && wrappable(word))
      return [insert(word.start, '"'), insert(word.end, ` ${words}"`)];
    // an unquoted stretch that is best left as it is; a quoted stretch right after it takes the words
    const next = word.segments.find((segment) => segment.quote !== "bare" && segment.start === end + 1);
    return next === undefined ? [insert(end, `" ${words}"`)] : [insert(next.start, ` ${words}`)];
  }
  const blank = word.parts.length > 0 ? " " : "";
  return [insert(first.start, first.quote === "bare" ? `"${words}${blank}"` : `${words}${blank}`)];
}

function insert(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

/** Would this unquoted text mean the same between double quotes? */
function wrappable(word: Word): boolean {
  return word.parts.every(
    (part) =>
      (part.kind === "text" && part.end - part.start === part.text.length) ||
      (part.kind === "parameter" && part.word === null),
  );
}

/**
 * The assignment a new word is appended to: the last one of the earliest file the final value is built from. A drop-in
 * that only adds to the value passes on what stands in the main file, where an admin looks for it and where it stays
 * when the drop-in's package goes; a drop-in that replaces the value is the only place that counts.
 */
export function assignmentToExtend(final: Assigned): Assigned {
  let best = final;
  for (let at: Assigned | undefined = final; at !== undefined; ) {
    if (at.file >= 0 && at.file < best.file) best = at;
    let earlier: Assigned | undefined;
    for (const piece of at.pieces)
      if (piece.kind === "value" && piece.of.name === final.name && piece.of.file >= 0) earlier = piece.of;
    at = earlier;
  }
  return best;
}
