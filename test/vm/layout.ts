/**
 * What a machine of the bench looks like, and its name: `debian12-bios-ext4`, `debian12-uefi-xfs-boot-cloud`,
 * `el7like-bios-xfs`.
 */

export interface Layout {
  readonly name: string;
  readonly release: Release;
  readonly firmware: "bios" | "uefi";
  /** file system of / */
  readonly fs: "ext4" | "xfs";
  /** /boot is an ext4 partition of its own */
  readonly separateBoot: boolean;
  /** a cloud image's drop-in that assigns GRUB_CMDLINE_LINUX_DEFAULT anew */
  readonly cloudDropIn: boolean;
  /** its kdump packages are installed before the tool comes, and rebooted into */
  readonly kdumpThere: boolean;
}

/** Where a release has what the scenarios look at, and how its root is made. */
export interface Release {
  readonly name: string;
  /** the Debian release its packages come from */
  readonly codename: "bookworm" | "bullseye" | "trixie";
  /** script that makes the root: CODENAME DIRECTORY KEY.pub NODE */
  readonly rootScript: string;
  readonly unit: string;
  readonly config: string;
  readonly scriptCheck: string;
  /** installs the release's kdump packages as an admin does who answers no question; null: they are in the root */
  readonly installKdump: string | null;
  /** the shell's pattern of the dumps, and whether they are in makedumpfile's flattened form */
  readonly dumps: string;
  readonly flattened: boolean;
  /** everything the tool may edit, for comparing bytes: the shell's patterns */
  readonly files: string;
}

const DEBIAN = {
  rootScript: "test/vm/root.sh",
  unit: "kdump-tools",
  config: "/boot/grub/grub.cfg",
  scriptCheck: "grub-script-check",
  installKdump: `echo "kdump-tools kdump-tools/use_kdump boolean true" | debconf-set-selections
    echo "kexec-tools kexec-tools/load_kexec boolean false" | debconf-set-selections
    DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends install kdump-tools makedumpfile`,
  dumps: "/var/crash/*/dump.*",
  flattened: true,
  files: "/etc/default/grub /etc/default/grub.d/* /etc/default/kdump-tools /boot/grub/grub.cfg",
} as const;

const RELEASES: Readonly<Record<string, Release>> = {
  debian11: { ...DEBIAN, name: "debian11", codename: "bullseye" },
  debian12: { ...DEBIAN, name: "debian12", codename: "bookworm" },
  debian13: { ...DEBIAN, name: "debian13", codename: "trixie" },
};

/** The layout of that name; null when the name does not follow `RELEASE-FIRMWARE-FS[-boot][-cloud][-kdump]`. */
export function layoutOf(name: string): Layout | null {
  const found = /^([a-z0-9]+)-(bios|uefi)-(ext4|xfs)(-boot)?(-cloud)?(-kdump)?$/.exec(name);
  const release = RELEASES[found?.[1] ?? ""];
  if (found === null || release === undefined) return null;
  return {
    name,
    release,
    firmware: found[2] === "uefi" ? "uefi" : "bios",
    fs: found[3] === "xfs" ? "xfs" : "ext4",
    separateBoot: found[4] !== undefined,
    cloudDropIn: found[5] !== undefined,
    kdumpThere: found[6] !== undefined,
  };
}

/** The name of the same machine with or without its kdump packages: what its image is kept under. */
export const imageName = ({ name }: Layout): string => name.replace(/-kdump$/, "");
