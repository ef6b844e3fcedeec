import type { Reader } from "../machine/machine.js";

/** Where commands of the system worked on are looked for, in that order; the same as our PATH for them. */
const DIRECTORIES = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The executable file of that name; null when there is none. */
export function findProgram(reader: Reader, name: string): string | null {
  for (const dir of DIRECTORIES) {
    const stat = reader.stat(`${dir}/${name}`);
    if (stat?.type === "file" && (stat.mode & 0o111) !== 0) return `${dir}/${name}`;
  }
  return null;
}
