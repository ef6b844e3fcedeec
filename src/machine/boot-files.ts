import type { Reader } from "./machine.js";

/** Where generators look for kernels: /boot, and the root for the names old releases keep there (10_linux of GRUB 2). */
const DIRECTORIES = ["/boot", "/"];

/** Names in the directories kernels are booted from. */
export function bootFileNames(reader: Reader): readonly string[] {
  return DIRECTORIES.flatMap((directory) => (reader.list(directory) ?? []).map((entry) => entry.name));
}
