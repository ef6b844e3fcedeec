import { kindOf } from "./kernel-cmdline.js";

/**
 * Of several parameters the one that is made the wanted one: one that is right already, else the one the kernel goes
 * by: for a pair the last ,high one, else the last plain one, else the last.
 */
export function winner<T extends { readonly word: string }>(
  standing: readonly T[],
  words: readonly string[],
): T | undefined {
  const kinds = words.some((word) => kindOf(word) === "high")
    ? (["high", "plain"] as const)
    : (["plain"] as const);
  const backwards = [...standing].reverse();
  // one that is right already stays where it is: the fewest bytes change
  const right = words.length === 1 ? backwards.find(({ word }) => word === words[0]) : undefined;
  if (right !== undefined) return right;
  for (const kind of kinds) {
    const found = backwards.find(({ word }) => kindOf(word) === kind);
    if (found !== undefined) return found;
  }
  return backwards[0];
}
