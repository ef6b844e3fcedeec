/** What a machine of the bench looks like, and its name: `debian12-bios-ext4`, `debian12-uefi-xfs-boot-cloud`. */

export interface Layout {
  readonly name: string;
  readonly codename: "bookworm" | "bullseye" | "trixie";
  readonly firmware: "bios" | "uefi";
  /** file system of / */
  readonly fs: "ext4" | "xfs";
  /** /boot is an ext4 partition of its own */
  readonly separateBoot: boolean;
  /** a cloud image's drop-in that assigns GRUB_CMDLINE_LINUX_DEFAULT anew */
  readonly cloudDropIn: boolean;
}

const CODENAMES = { debian11: "bullseye", debian12: "bookworm", debian13: "trixie" } as const;

/** The layout of that name; null when the name does not follow `debianN-FIRMWARE-FS[-boot][-cloud]`. */
export function layoutOf(name: string): Layout | null {
  const found = /^(debian1[123])-(bios|uefi)-(ext4|xfs)(-boot)?(-cloud)?$/.exec(name);
  if (found === null) return null;
  return {
    name,
    codename: CODENAMES[found[1] as keyof typeof CODENAMES],
    firmware: found[2] === "uefi" ? "uefi" : "bios",
    fs: found[3] === "xfs" ? "xfs" : "ext4",
    separateBoot: found[4] !== undefined,
    cloudDropIn: found[5] !== undefined,
  };
}
