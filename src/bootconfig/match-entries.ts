import type { GrubMenu, MenuEntry } from "./grub-cfg.js";

export interface EntryPair {
  readonly before: MenuEntry;
  readonly after: MenuEntry;
}

export interface Matches {
  readonly pairs: readonly EntryPair[];
  readonly lost: readonly MenuEntry[];
  readonly added: readonly MenuEntry[];
  /** the old entry of a new one */
  readonly origin: ReadonlyMap<MenuEntry, MenuEntry>;
}

const join = (...parts: readonly string[]): string => parts.join("\0");

/** From the surest to the weakest sign that two entries are the same; null: this entry has no such sign. */
const KEYS: readonly ((entry: MenuEntry) => string | null)[] = [
  (e) => (e.id === null ? null : join(e.id, e.title, ...e.submenu)),
  (e) => e.id,
  (e) => join(e.title, ...e.submenu),
  (e) => e.title,
  // titles are translated by grub-mkconfig, and old releases write no ids
  (e) => (e.kernel === null ? null : join(e.kind, e.section ?? "", e.kernel.path)),
];

/** Which entry of the new menu is which of the old one. Entries with the same sign are taken in order. */
export function matchEntries(before: GrubMenu, after: GrubMenu): Matches {
  const origin = new Map<MenuEntry, MenuEntry>();
  let lost = before.entries;
  let added = after.entries;
  for (const keyOf of KEYS) {
    const waiting = new Map<string, MenuEntry[]>();
    // reversed, so that pop() takes the first
    for (const entry of [...lost].reverse()) {
      const key = keyOf(entry);
      if (key === null) continue;
      const list = waiting.get(key);
      if (list === undefined) waiting.set(key, [entry]);
      else list.push(entry);
    }
    const taken = new Set<MenuEntry>();
    for (const entry of added) {
      const key = keyOf(entry);
      const old = key === null ? undefined : waiting.get(key)?.pop();
      if (old === undefined) continue;
      origin.set(entry, old);
      taken.add(old);
    }
    lost = lost.filter((entry) => !taken.has(entry));
    added = added.filter((entry) => !origin.has(entry));
  }
  const pairs: EntryPair[] = [];
  for (const entry of after.entries) {
    const old = origin.get(entry);
    if (old !== undefined) pairs.push({ before: old, after: entry });
  }
  return { pairs, lost, added, origin };
}
