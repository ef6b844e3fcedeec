import type { BootMount } from "../types.js";

/** File systems with a journal that GRUB does not replay. A vfat EFI system partition has none, and cannot be frozen. */
const JOURNALED: ReadonlySet<string> = new Set(["ext3", "ext4", "xfs"]);

/** What to freeze for a moment, so that what GRUB reads is on the disk; null where /boot is no mount of its own. */
export function freezable(mount: BootMount | null): string | null {
  return mount !== null && JOURNALED.has(mount.fsType) ? mount.mountPoint : null;
}
