import type { CommandLineEdit, Decoy } from "./command-line-edit.js";
import { isCrashkernel, kindOf, PARAMETER } from "./kernel-cmdline.js";
import { locate } from "./provenance.js";
import { placeOf, type Survey } from "./survey.js";

/** Words on the finished line that the kernel takes for the parameter too. */
export function decoys(then: Survey, words: readonly string[]): readonly Decoy[] {
  const ours = new Set(words.map(kindOf));
  const found: Decoy[] = [];
  let passed = 0;
  for (const { words: onLine, assigned } of then.values)
    for (const { word, start, end } of onLine) {
      if (isCrashkernel(word)) passed++;
      else if (word.includes(PARAMETER) && assigned !== null) {
        const place = then.places.of(placeOf(locate(assigned, start, end, then.done.budget)));
        const kind = kindOf(word);
        // a plain parameter is looked for first and makes the kernel ignore ,high and ,low
        const wins =
          kind === "plain" && !ours.has("plain") ? true : ours.has(kind) && passed === words.length;
        found.push({ ...place, word, wins });
      }
    }
  return found;
}

/** What an operator should know about the edit. */
export function warnings(now: Survey, then: Survey, edit: CommandLineEdit): readonly string[] {
  const out: string[] = [];
  for (const standing of edit.words.length === 0 ? then.ineffective : now.ineffective) {
    const { path, line } = now.places.of(placeOf(standing.located));
    const what = edit.words.length === 0 ? "it was left there" : "it has no effect";
    out.push(`${path}:${line}: ${standing.word} in ${standing.variable} is overwritten later; ${what}`);
  }
  for (const { name, file, word } of now.done.unsure) {
    if (!edit.variables.includes(name)) continue;
    if (!now.files[file]?.text.slice(word.start, word.end).includes(PARAMETER)) continue;
    const { path, line } = now.places.of({ file, offset: word.start });
    out.push(
      `${path}:${line}: a crashkernel word stands in a part of the file that is not always carried out; it was left there`,
    );
  }
  for (const { name, text, words } of then.values)
    for (const { word, end } of words)
      if (isCrashkernel(word) && /[\t\n]/.test(text.charAt(end)))
        out.push(
          `${word} in ${name} is followed by a tab or a line end, up to which the kernel would read the value; GRUB makes a blank of a tab`,
        );
  for (const { name, text } of then.values)
    if (text.includes("\r"))
      out.push(
        `the value of ${name} contains a carriage return: a line of its file ends in CR LF, which a shell does not take off`,
      );
  return out;
}
