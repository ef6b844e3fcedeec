import type { Machine } from "../../src/machine/machine.js";

/** Every way a machine can be changed. */
const EFFECTS: ReadonlySet<string | symbol> = new Set([
  "run",
  "replace",
  "copyAttributes",
  "hardLink",
  "rename",
  "symlink",
  "remove",
  "makeDirectory",
  "removeEmptyDirectory",
  "removeDirectory",
  "syncFile",
  "syncFileSystem",
  "freezeOnce",
  "crashKernel",
]);

/** The real machine, with `before` called (it may throw, or kill) ahead of each effect; counted from 1. */
export function watchEffects(machine: Machine, before: (count: number, name: string) => void): Machine {
  let count = 0;
  return new Proxy(machine, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function" || !EFFECTS.has(name)) return value;
      return (...args: unknown[]) => {
        count += 1;
        before(count, String(name));
        return Reflect.apply(value, target, args);
      };
    },
  });
}
