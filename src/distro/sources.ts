/** Where a profile's values come from: `sources` maps a JSON pointer to a document, package or file and its version. */

import { below, fail, isObject, type JsonObject, type Place } from "./decode.js";

/** Names the profile itself rather than saying anything about the release. */
const OWN_NAMES: ReadonlySet<string> = new Set(["id", "title", "like", "sources"]);

/** Keys whose own keys a profile may take over from another one at a time. */
export const NESTED: ReadonlySet<string> = new Set(["boot", "kdump"]);

/** Throws ProfileError when a value has no source, or a source points at nothing. */
export function checkSources(
  profile: JsonObject,
  sources: Readonly<Record<string, string>>,
  at: Place,
): void {
  checkPointers(profile, sources, at);
  for (const key of Object.keys(profile))
    if (!OWN_NAMES.has(key)) checkCovered(profile[key], below(at, key), sources);
}

/** Throws ProfileError when a source points at nothing that this profile itself says. */
export function checkPointers(profile: JsonObject, sources: JsonObject, at: Place): void {
  for (const pointer of Object.keys(sources))
    if (!exists(profile, pointer))
      fail(below(below(at, "sources"), pointer), "points at nothing in this profile");
}

function checkCovered(value: unknown, at: Place, sources: Readonly<Record<string, string>>): void {
  if (Object.hasOwn(sources, at.pointer)) return;
  // a list is one value: its source says the whole of it
  const keys = isObject(value) ? Object.keys(value) : [];
  if (keys.length === 0) fail(at, "has no source");
  for (const key of keys) checkCovered(isObject(value) ? value[key] : undefined, below(at, key), sources);
}

function exists(profile: JsonObject, pointer: string): boolean {
  let here: unknown = profile;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replace(/~1/g, "/").replace(/~0/g, "~");
    if (!isObject(here) || !Object.hasOwn(here, key)) return false;
    here = here[key];
  }
  return true;
}

/**
 * The sources of a profile that is `like` another: for each part the ones of the profile it was taken from. A
 * pointer of one side that is wider than the part is narrowed to it, so that it vouches for nothing of the other.
 */
export function mergeSources(
  child: JsonObject,
  parent: JsonObject,
  at: Place,
): Readonly<Record<string, string>> {
  const merged: Record<string, string> = {};
  const take = (owner: JsonObject, unit: string) => {
    const entries = Object.entries(isObject(owner.sources) ? owner.sources : {});
    const wider = entries
      .filter(([pointer]) => unit === pointer || unit.startsWith(`${pointer}/`))
      .sort(([a], [b]) => b.length - a.length)[0];
    const inside = entries.filter(([pointer]) => pointer.startsWith(`${unit}/`));
    for (const [pointer, source] of wider === undefined ? inside : [[unit, wider[1]] as const, ...inside])
      merged[pointer] =
        typeof source === "string" ? source : fail(below(at, "sources"), "has a source that is no text");
  };
  for (const key of new Set([...Object.keys(parent), ...Object.keys(child)])) {
    if (OWN_NAMES.has(key)) continue;
    const [theirs, ours] = [parent[key], child[key]];
    if (NESTED.has(key) && isObject(theirs) && isObject(ours))
      for (const part of new Set([...Object.keys(theirs), ...Object.keys(ours)]))
        take(
          Object.hasOwn(ours, part) ? child : parent,
          below(below({ ...at, pointer: "" }, key), part).pointer,
        );
    else take(Object.hasOwn(child, key) ? child : parent, below({ ...at, pointer: "" }, key).pointer);
  }
  return merged;
}
