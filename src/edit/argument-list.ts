import type { ByteText } from "../types.js";
import { endsInQuotes, isCrashkernel, splitWords } from "./kernel-cmdline.js";
import { winner } from "./winning-word.js";

export type ArgumentsEdited =
  /** `why` is empty where nothing had to change */
  | { readonly kind: "edited"; readonly text: ByteText; readonly why: readonly string[] }
  | { readonly kind: "refused"; readonly why: string };

/** Words behind this one go to init, not to the kernel (admin-guide/kernel-parameters, Linux 6.1). */
const END = "--";

/**
 * Makes a kernel command line that stands in a file as it is, with no shell around it, carry exactly `words` as its
 * crashkernel= words, and changes no other byte of it. Pure; never throws.
 */
export function editArguments(text: ByteText, words: readonly string[]): ArgumentsEdited {
  if (endsInQuotes(text)) return { kind: "refused", why: "a quote is opened here and never closed" };
  const all = splitWords(text);
  const mine = all.filter(({ word }) => isCrashkernel(word));
  if (mine.map(({ word }) => word).join(" ") === words.join(" ")) return { kind: "edited", text, why: [] };
  const wanted = words.join(" ");
  if (mine.length === 0) return { kind: "edited", text: inserted(text, wanted), why: [`${wanted} is added`] };
  const kept = words.length === 0 ? undefined : winner(mine, words);
  let edited = text;
  const why: string[] = [];
  // from the end, so that what stands before keeps its place
  for (const found of [...mine].reverse()) {
    const { word, start, end } = found;
    if (found === kept) {
      edited = edited.slice(0, start) + wanted + edited.slice(end);
      if (word !== wanted) why.unshift(`${word} becomes ${wanted}`);
      continue;
    }
    const from = Math.max(0, start - 1);
    edited = edited.slice(0, from) + edited.slice(from === start ? end + 1 : end);
    why.unshift(
      words.length === 0 ? `${word} is taken out` : `${word} is taken out: the parameter stands once`,
    );
  }
  return { kind: "edited", text: edited, why };
}

/** At the end of the kernel's own words. */
function inserted(text: ByteText, wanted: string): ByteText {
  const all = splitWords(text);
  const end = all.find(({ word }) => word === END);
  if (end !== undefined) return `${text.slice(0, end.start)}${wanted} ${text.slice(end.start)}`;
  const last = all[all.length - 1];
  if (last === undefined) return wanted + text;
  return `${text.slice(0, last.end)} ${wanted}${text.slice(last.end)}`;
}
