import type { SourceFile } from "../types.js";
import { interpret } from "./interpret.js";
import { flatten } from "./provenance.js";
import { Places } from "./text.js";

export type VariableValue =
  /** a byte string (latin1) */
  | { readonly kind: "known"; readonly text: string }
  | { readonly kind: "unset" }
  /** e.g. command substitution, set inside if, case, a loop or a function */
  | { readonly kind: "unknown"; readonly path: string; readonly line: number; readonly why: string };

export interface Evaluation {
  values(name: string): VariableValue;
  /** where the assignment stands that counts; null when the variable has no known value of its own */
  place(name: string): { readonly path: string; readonly line: number } | null;
  /** every variable the files set (or may have set), in the order of the first assignment */
  names(): readonly string[];
  /** the first place where a shell under `set -e` certainly or likely stops reading; null when there is none */
  readonly stops: { readonly path: string; readonly line: number; readonly why: string } | null;
}

export interface EvaluateOptions {
  /** what /bin/sh is there; bash means bash as sh, that is in POSIX mode */
  readonly shell: "dash" | "bash";
  /** variables set before the first file is read */
  readonly preset?: Readonly<Record<string, string>>;
}

/**
 * What variables hold after a shell has read the files in this order (`. file` under `set -e`, as grub-mkconfig does),
 * found without running any of it. Never throws; what cannot be worked out is `unknown` with the place and the reason.
 */
export function evaluateFiles(files: readonly SourceFile[], options: EvaluateOptions): Evaluation {
  const done = interpret(files, options.shell, options.preset);
  const places = new Places(files);
  const [stop] = done.stops;
  return {
    values(name) {
      const binding = done.binding(name);
      if (binding.kind === "unset") return binding;
      if (binding.kind === "unknown")
        return { kind: "unknown", ...places.of(binding.because), why: binding.because.why };
      const text = flatten(binding.assigned, done.budget);
      if (text !== null) return { kind: "known", text };
      return {
        kind: "unknown",
        ...places.of({ file: binding.assigned.file, offset: binding.assigned.word?.start ?? 0 }),
        why: "the value is too long to work out",
      };
    },
    place(name) {
      const binding = done.binding(name);
      if (binding.kind !== "known") return null;
      const { file, word } = binding.assigned;
      return word === null ? null : places.of({ file, offset: word.start });
    },
    names: () => done.names,
    stops: stop === undefined ? null : { ...places.of(stop), why: stop.why },
  };
}
