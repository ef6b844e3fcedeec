import type { ByteText } from "../types.js";

/** GRUB 2.06, include/grub/lib/envblk.h and grub-core/lib/envblk.c: a signature, NAME=VALUE lines, "#" to the end. */
const SIGNATURE = "# GRUB Environment Block\n";
const BYTES = 1024;

/** Variables of grubenv; null where it is no environment block that GRUB would read. A backslash hides what follows it. */
export function readGrubEnv(text: ByteText): ReadonlyMap<string, string> | null {
  if (!text.startsWith(SIGNATURE) || text.length < BYTES) return null;
  const values = new Map<string, string>();
  for (const found of text
    .slice(SIGNATURE.length)
    .matchAll(/([^#=\n\\][^=\n\\]*)=((?:\\[\s\S]|[^\\\n])*)\n/g))
    values.set(found[1] ?? "", (found[2] ?? "").replace(/\\([\s\S])/g, "$1"));
  return values;
}
