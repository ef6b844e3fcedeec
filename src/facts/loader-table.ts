/**
 * Systems whose kernel command line comes from somewhere else than GRUB's sources: how each is known, and what is right
 * there. Data, read in this order by loaders.ts. docs/other-boot-loaders.md tells an admin the same at length.
 */

import type { Blocker, NonEmpty } from "../types.js";

/** One thing to see. In a path `{esp}` stands for each place where an EFI system partition is mounted. */
export type Sign =
  /** something stands there */
  | { readonly path: string }
  /** a file with such a name in that directory */
  | { readonly dir: string; readonly name: RegExp }
  /** the first of these files that there is has such a text */
  | { readonly files: NonEmpty<string>; readonly text: RegExp }
  | { readonly program: string }
  /** something stands there on the running system; never of an image */
  | { readonly live: string }
  /** a variable of the boot loader interface (systemd.io/BOOT_LOADER_INTERFACE) begins so; never of an image */
  | { readonly variable: string; readonly begins: string }
  | { readonly arch: RegExp }
  | { readonly is: "read-only-root" | "without-grub" };

export interface OtherLoader {
  readonly id: string;
  readonly severity: Blocker["severity"];
  /** ways to know it; of one of them every sign is there */
  readonly known: readonly NonEmpty<Sign>[];
  /** what is right there; `{file}` stands for the path or file that showed it */
  readonly text: string;
}

const WITHOUT_GRUB: Sign = { is: "without-grub" };
const UNIFIED_IMAGE: Sign = { dir: "{esp}/EFI/Linux", name: /\.efi$/i };
/** the mark of a booted deployment; an image has the repository and /sysroot */
const BOOTED: Sign = { live: "/run/ostree-booted" };
const REPOSITORY: NonEmpty<Sign> = [{ path: "/ostree/repo" }, { path: "/sysroot" }];
const BOOTC: readonly Sign[] = [{ path: "/usr/lib/bootc" }, { path: "/usr/bin/bootc" }];

export const OTHER_LOADERS: readonly OtherLoader[] = [
  {
    // bootc's manual, "Kernel arguments": *.toml of the image; one machine's own go through rpm-ostree
    id: "bootc",
    severity: "refusal",
    known: BOOTC.flatMap((sign): NonEmpty<Sign>[] => [
      [BOOTED, sign],
      [...REPOSITORY, sign],
    ]),
    text:
      "bootc manages this system: put the argument into a file of /usr/lib/bootc/kargs.d when the image is built" +
      ' (kargs = ["crashkernel=…"]), or on one machine: rpm-ostree kargs --append-if-missing=crashkernel=…',
  },
  {
    id: "ostree",
    severity: "refusal",
    known: [[BOOTED], REPOSITORY],
    text:
      "ostree manages the boot entries here: rpm-ostree kargs --append-if-missing=crashkernel=… (where another one" +
      " stands, --delete=crashkernel before it)",
  },
  {
    // The program alone is no sign: it does nothing where the root is writable. transactional-update(8), master 2026-07
    id: "transactional",
    severity: "refusal",
    known: [[{ program: "transactional-update" }, { is: "read-only-root" }]],
    text:
      "this system is updated by snapshots of a read-only root: transactional-update setup-kdump (with" +
      " --crashkernel=LOW,HIGH in MiB for a size of your own), then reboot into the new snapshot; to change" +
      " /etc/default/grub by hand, transactional-update shell, and transactional-update --continue grub.cfg after it",
  },
  {
    // Host Bootloader, of that project's manual: which of two files counts depends on what boots the partitions
    id: "proxmox-boot-tool",
    severity: "refusal",
    known: [[{ path: "/etc/kernel/proxmox-boot-uuids" }, { program: "proxmox-boot-tool" }]],
    text:
      "proxmox-boot-tool keeps kernels and boot configuration on EFI partitions of its own here: put the argument into" +
      " /etc/kernel/cmdline (systemd-boot) or /etc/default/grub (GRUB), as proxmox-boot-tool status tells, then" +
      " proxmox-boot-tool refresh",
  },
  {
    // pbl(8) of update-bootloader 1.x: LOADER_TYPE is what the system goes by; sdbootutil writes the entries of both
    id: "sdbootutil",
    severity: "refusal",
    known: [
      [{ files: ["/etc/sysconfig/bootloader"], text: /^LOADER_TYPE=["']?(?:grub2-bls|systemd-boot)\b/m }],
    ],
    text:
      "sdbootutil writes the boot entries here: put the argument into /etc/kernel/cmdline, then sdbootutil" +
      " update-all-entries",
  },
  {
    // a unified kernel image carries, and may sign, its command line
    id: "uki",
    severity: "refusal",
    known: [
      [{ variable: "StubInfo", begins: "" }],
      [
        {
          files: ["/etc/kernel/install.conf", "/usr/lib/kernel/install.conf"],
          text: /^[ \t]*layout=uki[ \t]*$/m,
        },
      ],
      [WITHOUT_GRUB, UNIFIED_IMAGE],
    ],
    text:
      "the kernel's command line is part of a unified kernel image here: put the argument into /etc/kernel/cmdline and" +
      " build the image anew (kernel-install add, or ukify build --cmdline)",
  },
  {
    id: "systemd-boot",
    severity: "refusal",
    known: [
      [{ variable: "LoaderInfo", begins: "systemd-boot" }],
      [WITHOUT_GRUB, { path: "{esp}/loader/loader.conf" }],
      [WITHOUT_GRUB, { dir: "{esp}/EFI/systemd", name: /^systemd-boot.*\.efi$/i }],
    ],
    text:
      "systemd-boot starts this system: put the argument into /etc/kernel/cmdline, then kernel-install add-all (before" +
      " systemd 255: kernel-install add RELEASE IMAGE INITRD for each kernel); bootctl list shows the entries",
  },
  {
    // GRUB runs inside of what zipl boots, and reads its grub.cfg there: grub2-once of that GRUB, and its zipl2grub.conf
    id: "zipl-grub",
    severity: "refusal",
    known: [[{ arch: /^s390/ }, { program: "grub2-zipl-setup" }]],
    text:
      "zipl starts a GRUB here that starts the kernel: put the argument into GRUB_CMDLINE_LINUX_DEFAULT of" +
      " /etc/default/grub, then grub2-mkconfig -o /boot/grub2/grub.cfg and grub2-zipl-setup",
  },
  {
    // zipl(8) of s390-tools; with BLS entries it reads those and no parameters=
    id: "zipl-bls",
    severity: "refusal",
    known: [[{ arch: /^s390/ }, { dir: "/boot/loader/entries", name: /^[^.].*\.conf$/ }]],
    text: "zipl starts this system: grubby --update-kernel=ALL --args=crashkernel=…, then zipl",
  },
  {
    id: "zipl",
    severity: "refusal",
    known: [[{ arch: /^s390/ }]],
    text: "zipl starts this system: put the argument into parameters= of /etc/zipl.conf and run zipl",
  },
  {
    id: "grub-legacy",
    severity: "refusal",
    known: [
      [WITHOUT_GRUB, { path: "/boot/grub/grub.conf" }],
      [WITHOUT_GRUB, { path: "/boot/grub/menu.lst" }],
    ],
    text: "GRUB legacy starts this system: append the argument to the kernel lines of {file} by hand",
  },
  {
    // /usr/sbin/u-boot-update of u-boot-menu 4.2.2: writes extlinux.conf anew, with U_BOOT_PARAMETERS in its append lines
    id: "u-boot-menu",
    severity: "refusal",
    known: [[WITHOUT_GRUB, { program: "u-boot-update" }, { path: "/boot/extlinux/extlinux.conf" }]],
    text:
      "U-Boot starts this system by {file}: put the argument into U_BOOT_PARAMETERS of /etc/default/u-boot (all" +
      " arguments stand there), then u-boot-update",
  },
  {
    // the firmware's own file, one line; raspberrypi.com, "Kernel command line (cmdline.txt)"
    id: "raspberry-pi",
    severity: "refusal",
    known: [
      [WITHOUT_GRUB, { path: "/boot/firmware/config.txt" }, { path: "/boot/firmware/cmdline.txt" }],
      [WITHOUT_GRUB, { path: "/boot/config.txt" }, { path: "/boot/cmdline.txt" }],
    ],
    text: "the firmware starts the kernel here: append the argument to the one line of {file}",
  },
  {
    // flash-kernel(8): the boot script it writes gets both variables
    id: "flash-kernel",
    severity: "refusal",
    known: [[WITHOUT_GRUB, { program: "flash-kernel" }, { path: "/etc/default/flash-kernel" }]],
    text: "U-Boot starts this system: put the argument into LINUX_KERNEL_CMDLINE of {file}, then flash-kernel",
  },
  {
    id: "other-loader",
    severity: "refusal",
    known: [
      [WITHOUT_GRUB, { path: "/boot/extlinux/extlinux.conf" }],
      [WITHOUT_GRUB, { path: "/boot/syslinux/syslinux.cfg" }],
      [WITHOUT_GRUB, { path: "/etc/lilo.conf" }],
    ],
    text: "another boot loader than GRUB starts this system: append the argument to the append line of {file}",
  },
  {
    id: "uki",
    severity: "objection",
    known: [[UNIFIED_IMAGE]],
    text: "unified kernel images can be booted here beside GRUB's entries, and keep their own command line",
  },
];
