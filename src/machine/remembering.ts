import type { Machine } from "./machine.js";

/**
 * The same machine, which reads a piece of a file that is there once: for whoever asks the same thing at every key somebody
 * presses (a kernel image is read for its size). Not for longer than a question takes: it does not see what changes.
 */
export function remembering(machine: Machine): Machine {
  const starts = new Map<string, ReturnType<Machine["readStart"]>>();
  const parts = new Map<string, ReturnType<Machine["readPart"]>>();
  return {
    ...machine,
    readStart: (path, bytes) => once(starts, `${bytes} ${path}`, () => machine.readStart(path, bytes)),
    readPart: (path, from, bytes) =>
      once(parts, `${from} ${bytes} ${path}`, () => machine.readPart(path, from, bytes)),
  };
}

function once<T>(known: Map<string, T>, key: string, read: () => T): T {
  const before = known.get(key);
  if (before !== undefined && before !== null) return before;
  const value = read();
  known.set(key, value);
  return value;
}
