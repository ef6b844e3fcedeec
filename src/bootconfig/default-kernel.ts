import type { GrubMenu } from "./grub-cfg.js";
import { placeOf } from "./menu-place.js";

/**
 * The image that boots when nobody touches a key, as the menu writes it. null where a saved entry decides (it stands in
 * grubenv), and where the default is no entry of the distribution's own with one kernel.
 */
export function defaultKernelPath(menu: GrubMenu): string | null {
  const value = menu.defaults[menu.defaults.length - 1]?.value ?? "0";
  const entry = value.includes("$") ? null : (placeOf(menu, value)?.entry ?? null);
  if (entry === null || entry.kind !== "normal" || entry.kernels.length !== 1) return null;
  const path = entry.kernel?.path ?? null;
  return path === null || path.includes("$") ? null : path;
}
