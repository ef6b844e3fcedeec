import { splitWords } from "../edit/kernel-cmdline.js";

/** The crashkernel= words of a kernel command line, in order. */
export function crashkernelWords(cmdline: string): readonly string[] {
  return splitWords(cmdline)
    .map((found) => found.word)
    .filter((word) => word.startsWith("crashkernel="));
}
