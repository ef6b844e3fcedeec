import { splitWords } from "../edit/kernel-cmdline.js";
import type { GrubFacts } from "../types.js";

/** The crashkernel= words of a kernel command line, in order. */
export function crashkernelWords(cmdline: string): readonly string[] {
  return splitWords(cmdline)
    .map((found) => found.word)
    .filter((word) => word.startsWith("crashkernel="));
}

/**
 * The way to reserve nothing where a script of the generator adds a word of its own: of several plain words the kernel
 * takes the last, and a size of 0 reserves nothing (arch/x86/kernel/setup.c, reserve_crashkernel, Linux 3.2).
 */
export const RESERVES_NOTHING = "crashkernel=0";

/** What has to be written so that an entry ends in `words`; [] is no reservation. */
export function writtenWords({ scriptWords }: GrubFacts, words: readonly string[]): readonly string[] {
  return words.length === 0 && scriptWords.length > 0 ? [RESERVES_NOTHING] : words;
}

/** What a normal entry then carries: the script's words stand first. */
export function entryWords(grub: GrubFacts, words: readonly string[]): readonly string[] {
  return [...grub.scriptWords.map(({ word }) => word), ...writtenWords(grub, words)];
}
