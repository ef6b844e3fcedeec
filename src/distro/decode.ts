/**
 * Checking values of a profile by hand: each decoder turns an `unknown` into a typed value or throws ProfileError
 * with a JSON pointer, and carries its `shape` as data, so that a test can hold distros/_schema.json against it.
 */

import { ProfileError } from "../errors.js";
import type { NonEmpty } from "../types.js";

export type Shape =
  | { readonly kind: "text"; readonly pattern: string }
  | { readonly kind: "choice"; readonly of: readonly string[] }
  | { readonly kind: "flag" }
  | { readonly kind: "list"; readonly of: Shape; readonly atLeast: number }
  | {
      readonly kind: "object";
      readonly keys: Readonly<Record<string, Shape>>;
      /** of these, the keys that may be left out */
      readonly optional: readonly string[];
    }
  | { readonly kind: "map"; readonly keyPattern: string; readonly of: Shape; readonly atLeast: number }
  | { readonly kind: "nullable"; readonly of: Shape }
  | { readonly kind: "false-or"; readonly of: Shape };

/** Where a value stands: the profile's file name and a JSON pointer (RFC 6901). */
export interface Place {
  readonly file: string;
  readonly pointer: string;
}

export interface Decoder<T> {
  readonly shape: Shape;
  /** what an object's key that is left out says; without it the key has to be there */
  readonly leftOut?: { readonly value: T };
  /** Throws ProfileError. */
  decode(value: unknown, at: Place): T;
}

export function below(at: Place, key: string | number): Place {
  const token = String(key).replace(/~/g, "~0").replace(/\//g, "~1");
  return { file: at.file, pointer: `${at.pointer}/${token}` };
}

export function fail(at: Place, problem: string): never {
  throw new ProfileError(at.file, at.pointer, problem);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `what` is said when the pattern does not fit: "an absolute path". */
export function text(pattern: string, what: string): Decoder<string> {
  const fits = new RegExp(pattern);
  return {
    shape: { kind: "text", pattern },
    decode(value, at) {
      if (typeof value !== "string") fail(at, `is ${nameOf(value)}, not ${what}`);
      if (!fits.test(value)) fail(at, `${JSON.stringify(value)} is not ${what}`);
      return value;
    },
  };
}

export function choice<const T extends string>(of: readonly T[]): Decoder<T> {
  return {
    shape: { kind: "choice", of },
    decode(value, at) {
      const found = of.find((one) => one === value);
      if (found === undefined) fail(at, `is not one of ${of.join(", ")}`);
      return found;
    },
  };
}

export const flag: Decoder<boolean> = {
  shape: { kind: "flag" },
  decode(value, at) {
    if (typeof value !== "boolean") fail(at, `is ${nameOf(value)}, not true or false`);
    return value;
  },
};

export function list<T>(of: Decoder<T>): Decoder<readonly T[]> {
  return {
    shape: { kind: "list", of: of.shape, atLeast: 0 },
    decode(value, at) {
      if (!Array.isArray(value)) fail(at, `is ${nameOf(value)}, not a list`);
      return value.map((one, index) => of.decode(one, below(at, index)));
    },
  };
}

export function nonEmptyList<T>(of: Decoder<T>): Decoder<NonEmpty<T>> {
  const some = list(of);
  return {
    shape: { kind: "list", of: of.shape, atLeast: 1 },
    decode(value, at) {
      const [first, ...rest] = some.decode(value, at);
      if (first === undefined) fail(at, "is an empty list");
      return [first, ...rest];
    },
  };
}

/** A key that says the same left out as with that value. */
export function optional<T>(of: Decoder<T>, value: T): Decoder<T> {
  return { ...of, leftOut: { value } };
}

/** These keys and no others: an unknown one, and a missing one that is not optional, are errors at that key. */
export function object<T extends object>(keys: { readonly [K in keyof T]: Decoder<T[K]> }): Decoder<T> {
  const decoders = Object.entries<Decoder<unknown>>(keys);
  const known = new Map(decoders);
  return {
    shape: {
      kind: "object",
      keys: Object.fromEntries(decoders.map(([key, one]) => [key, one.shape])),
      optional: decoders.filter(([, one]) => one.leftOut !== undefined).map(([key]) => key),
    },
    decode(value, at) {
      if (!isObject(value)) fail(at, `is ${nameOf(value)}, not an object`);
      for (const key of Object.keys(value)) if (!known.has(key)) fail(below(at, key), "is no key known here");
      const entries = decoders.map(([key, one]) => {
        if (Object.hasOwn(value, key)) return [key, one.decode(value[key], below(at, key))];
        return [key, one.leftOut === undefined ? fail(below(at, key), "is missing") : one.leftOut.value];
      });
      // the mapped type above made every key's decoder fit T; Object.fromEntries cannot say so
      return Object.fromEntries(entries) as T;
    },
  };
}

export function map<T>(
  keyPattern: string,
  what: string,
  of: Decoder<T>,
  atLeast: number,
): Decoder<Readonly<Record<string, T>>> {
  const fits = new RegExp(keyPattern);
  return {
    shape: { kind: "map", keyPattern, of: of.shape, atLeast },
    decode(value, at) {
      if (!isObject(value)) fail(at, `is ${nameOf(value)}, not an object`);
      const entries = Object.entries(value);
      for (const [key] of entries) if (!fits.test(key)) fail(below(at, key), `the key is not ${what}`);
      if (entries.length < atLeast) fail(at, "is empty");
      return Object.fromEntries(entries.map(([key, one]) => [key, of.decode(one, below(at, key))]));
    },
  };
}

export function nullable<T>(of: Decoder<T>): Decoder<T | null> {
  return {
    shape: { kind: "nullable", of: of.shape },
    decode: (value, at) => (value === null ? null : of.decode(value, at)),
  };
}

export function falseOr<T>(of: Decoder<T>): Decoder<T | false> {
  return {
    shape: { kind: "false-or", of: of.shape },
    decode: (value, at) => (value === false ? false : of.decode(value, at)),
  };
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
