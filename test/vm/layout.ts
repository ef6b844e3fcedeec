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
  /** files and directories beside it that the root is made from */
  readonly rootSources: readonly string[];
  /** what can stand behind the release in a machine's name */
  readonly shapes: RegExp;
  /** whose names GRUB's programs and directories have, see firstBoot */
  readonly family: "debian" | "el7";
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
  rootSources: ["test/vm/root-common.sh", "scripts/roots/common.sh"],
  shapes: /^(?:bios|uefi)-(?:ext4|xfs)(?:-boot)?(?:-cloud)?(?:-kdump)?$/,
  family: "debian",
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
  // what it proves and what not stands in its root script
  el7like: {
    name: "el7like",
    codename: "bookworm",
    rootScript: "test/vm/el7like-root.sh",
    rootSources: [
      "test/vm/root-common.sh",
      "scripts/roots/common.sh",
      "scripts/roots/el7.sh",
      "test/support/dress/centos7",
      "test/support/dress/el7like",
    ],
    // no grub.d to put a cloud's drop-in into; the packages are always there; a UEFI machine has its files elsewhere
    shapes: /^bios-(?:ext4|xfs)(?:-boot)?$/,
    family: "el7",
    unit: "kdump",
    config: "/boot/grub2/grub.cfg",
    scriptCheck: "grub2-script-check",
    installKdump: null,
    dumps: "/var/crash/*/vmcore",
    flattened: false,
    files: "/etc/default/grub /etc/kdump.conf /etc/sysconfig/kdump /boot/grub2/grub.cfg /boot/grub2/grubenv",
  },
};

/**
 * The layout of that name; null when the name does not follow `RELEASE-FIRMWARE-FS[-boot][-cloud][-kdump]`, or is of
 * a machine that release cannot be.
 */
export function layoutOf(name: string): Layout | null {
  const [start = "", ...parts] = name.split("-");
  const release = RELEASES[start];
  if (release === undefined || !release.shapes.test(parts.join("-"))) return null;
  return {
    name,
    release,
    firmware: parts.includes("uefi") ? "uefi" : "bios",
    fs: parts.includes("xfs") ? "xfs" : "ext4",
    separateBoot: parts.includes("boot"),
    cloudDropIn: parts.includes("cloud"),
    kdumpThere: parts.includes("kdump"),
  };
}

/** Whether the tool finds its packages installed; without kdumpThere such a machine has nothing reserved yet. */
export const packagesThere = ({ kdumpThere, release }: Layout): boolean =>
  kdumpThere || release.installKdump === null;

/** The name of the same machine with or without its kdump packages: what its image is kept under. */
export const imageName = ({ name }: Layout): string => name.replace(/-kdump$/, "");
