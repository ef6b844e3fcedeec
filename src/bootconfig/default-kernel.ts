import { isCrashkernel } from "./crashkernel-word.js";
import type { GrubMenu, MenuEntry } from "./grub-cfg.js";
import { placeOf } from "./menu-place.js";

/**
 * The image that boots when nobody touches a key, as the menu writes it. null where a saved entry decides (it stands in
 * grubenv), and where the default is no entry of the distribution's own with one kernel.
 */
export function defaultKernelPath(menu: GrubMenu): string | null {
  const path = defaultEntry(menu, null)?.kernel?.path ?? null;
  return path === null || path.includes("$") ? null : path;
}

/**
 * The distribution's own entry with one kernel that boots when nobody touches a key; null where it is another, and
 * where a saved entry decides and `saved` (saved_entry of grubenv) is null.
 */
export function defaultEntry(menu: GrubMenu, saved: string | null): MenuEntry | null {
  const set = menu.defaults.filter(({ value }) => !value.includes("next_entry")).at(-1)?.value ?? "0";
  const value = /^\$\{?saved_entry\}?$/.test(set) ? (saved ?? "$") : set;
  const entry = value.includes("$") ? null : (placeOf(menu, value)?.entry ?? null);
  return entry === null || entry.kind !== "normal" || entry.kernels.length !== 1 ? null : entry;
}

/** The entry that boots when nobody touches a key, if it is one of Xen whose hypervisor reserves nothing; else null. */
export function defaultXenEntry(menu: GrubMenu): MenuEntry | null {
  const entry = defaultEntry(menu, null);
  if (entry === null || entry.hypervisor === null || entry.hypervisor.args.some(isCrashkernel)) return null;
  return entry;
}
