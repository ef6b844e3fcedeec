import assert from "node:assert/strict";
import { test } from "node:test";
import { OTHER_LOADERS } from "../../src/facts/loader-table.js";
import { loaderBlockers } from "../../src/facts/loaders.js";
import { imageOf, liveOf, type Tree } from "./tree.js";

const GRUB: Tree = { "/boot/grub2/grub.cfg": "menuentry x {}\n" };
const VARS = "/sys/firmware/efi/efivars";
const GUID = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
const utf16 = (text: string) => `\x06\0\0\0${[...text, "\0"].map((c) => `${c}\0`).join("")}`;

const live: readonly [string, Tree, string, RegExp][] = [
  ["GRUB", GRUB, "", /^$/],
  ["nothing at all yet", {}, "", /^$/],
  [
    "an ostree deployment",
    { ...GRUB, "/run/ostree-booted": "" },
    "ostree refusal",
    /rpm-ostree kargs --append-if-missing=crashkernel=/,
  ],
  [
    "a bootc deployment",
    { ...GRUB, "/run/ostree-booted": "", "/usr/lib/bootc/kargs.d": { dir: true } },
    "bootc refusal",
    /kargs\.d/,
  ],
  [
    "a booted unified image beside GRUB",
    { ...GRUB, [`${VARS}/StubInfo-${GUID}`]: utf16("systemd-stub 257") },
    "uki refusal",
    /ukify/,
  ],
  [
    "systemd-boot beside a stale GRUB",
    { ...GRUB, [`${VARS}/LoaderInfo-${GUID}`]: utf16("systemd-boot 252.1") },
    "systemd-boot refusal",
    /kernel-install/,
  ],
  ["GRUB by its own word", { ...GRUB, [`${VARS}/LoaderInfo-${GUID}`]: utf16("GRUB 2.12") }, "", /^$/],
  [
    "layout=uki",
    { ...GRUB, "/etc/kernel/install.conf": "# layout=bls\nlayout=uki\n" },
    "uki refusal",
    /cmdline/,
  ],
  [
    "layout=uki of the vendor, taken back by the admin",
    { ...GRUB, "/etc/kernel/install.conf": "layout=bls\n", "/usr/lib/kernel/install.conf": "layout=uki\n" },
    "",
    /^$/,
  ],
  ["unified images and no GRUB", { "/efi/EFI/Linux/x.efi": "MZ" }, "uki refusal", /ukify/],
  [
    "unified images beside GRUB",
    { ...GRUB, "/boot/efi/EFI/Linux/x.EFI": "MZ" },
    "uki objection",
    /beside GRUB/,
  ],
  [
    "systemd-boot and no GRUB",
    { "/boot/loader/loader.conf": "timeout 3\n" },
    "systemd-boot refusal",
    /bootctl/,
  ],
  ["BLS entries of GRUB's", { ...GRUB, "/boot/loader/entries/x.conf": "title x\n" }, "", /^$/],
  [
    "a read-only root with snapshots",
    {
      ...GRUB,
      "/usr/sbin/transactional-update": { program: "#!/bin/sh\n" },
      "/proc/self/mountinfo": "22 1 0:30 /@/.snapshots/1/snapshot / ro,relatime - btrfs /dev/sda rw\n",
    },
    "transactional refusal",
    /setup-kdump/,
  ],
  [
    "the same program on a writable root",
    {
      ...GRUB,
      "/usr/sbin/transactional-update": { program: "#!/bin/sh\n" },
      "/proc/self/mountinfo": "22 1 0:30 / / rw - btrfs /dev/sda rw\n",
    },
    "",
    /^$/,
  ],
  ["GRUB legacy", { "/boot/grub/menu.lst": "title x\n" }, "grub-legacy refusal", /menu\.lst by hand/],
  ["GRUB legacy's file left beside GRUB", { ...GRUB, "/boot/grub/menu.lst": "title x\n" }, "", /^$/],
  ["extlinux", { "/boot/extlinux/extlinux.conf": "label x\n" }, "other-loader refusal", /extlinux/],
  [
    "extlinux.conf that u-boot-update writes",
    { "/boot/extlinux/extlinux.conf": "label x\n", "/usr/sbin/u-boot-update": { program: "" } },
    "u-boot-menu refusal",
    /by \/boot\/extlinux\/extlinux\.conf: .*U_BOOT_PARAMETERS of \/etc\/default\/u-boot .*, then u-boot-update$/,
  ],
  [
    "the firmware of a Raspberry Pi, on a partition of its own",
    { "/boot/firmware/config.txt": "", "/boot/firmware/cmdline.txt": "root=PARTUUID=1\n" },
    "raspberry-pi refusal",
    /the one line of \/boot\/firmware\/cmdline\.txt$/,
  ],
  [
    "the firmware of a Raspberry Pi, as /boot",
    { "/boot/config.txt": "", "/boot/cmdline.txt": "root=PARTUUID=1\n" },
    "raspberry-pi refusal",
    /\/boot\/cmdline\.txt$/,
  ],
  [
    "a Raspberry Pi with UEFI and GRUB",
    { ...GRUB, "/boot/firmware/config.txt": "", "/boot/firmware/cmdline.txt": "x\n" },
    "",
    /^$/,
  ],
  [
    "flash-kernel",
    { "/usr/sbin/flash-kernel": { program: "" }, "/etc/default/flash-kernel": 'LINUX_KERNEL_CMDLINE=""\n' },
    "flash-kernel refusal",
    /LINUX_KERNEL_CMDLINE of \/etc\/default\/flash-kernel, then flash-kernel$/,
  ],
  [
    "proxmox-boot-tool, with a GRUB that is not what boots",
    {
      ...GRUB,
      "/etc/kernel/proxmox-boot-uuids": "1234-ABCD\n",
      "/usr/sbin/proxmox-boot-tool": { program: "" },
    },
    "proxmox-boot-tool refusal",
    /then proxmox-boot-tool refresh$/,
  ],
  [
    "proxmox-boot-tool without partitions",
    { ...GRUB, "/usr/sbin/proxmox-boot-tool": { program: "" } },
    "",
    /^$/,
  ],
  [
    "grub2-bls",
    { ...GRUB, "/etc/sysconfig/bootloader": '## Type: string\nLOADER_TYPE="grub2-bls"\n' },
    "sdbootutil refusal",
    /\/etc\/kernel\/cmdline, then sdbootutil update-all-entries$/,
  ],
  ["grub2-efi", { ...GRUB, "/etc/sysconfig/bootloader": 'LOADER_TYPE="grub2-efi"\n' }, "", /^$/],
  [
    "a read-only root with snapshots and grub2-bls: only what is right there is told",
    {
      ...GRUB,
      "/usr/sbin/transactional-update": { program: "#!/bin/sh\n" },
      "/proc/self/mountinfo": "22 1 0:30 /@ / ro,relatime - btrfs /dev/sda rw\n",
      "/etc/sysconfig/bootloader": 'LOADER_TYPE="grub2-bls"\n',
    },
    "transactional refusal",
    /setup-kdump/,
  ],
];
for (const [name, tree, expected, text] of live)
  test(`${name}: ${expected || "nothing against it"}`, (t) => {
    const found = loaderBlockers(liveOf(t, tree), "x86_64");
    assert.equal(found.map((one) => `${one.id} ${one.severity}`).join(), expected);
    assert.match(found[0]?.text ?? "", text);
    if (found[0] !== undefined) assert.notEqual(found[0].evidence, "");
  });

test("an image is judged by its own files, never by what the build host booted", (t) => {
  const host: Tree = { "/run/ostree-booted": "", [`${VARS}/StubInfo-${GUID}`]: utf16("systemd-stub 257") };
  assert.deepEqual(loaderBlockers(imageOf(t, { ...GRUB, ...host }), "x86_64"), []);
  const ostree = imageOf(t, { ...GRUB, "/ostree/repo": { dir: true }, "/sysroot": { dir: true } });
  assert.equal(loaderBlockers(ostree, "x86_64")[0]?.id, "ostree");
  const transactional = imageOf(t, {
    ...GRUB,
    "/usr/sbin/transactional-update": { program: "" },
    "/etc/fstab": "UUID=1 / btrfs ro 0 0\n",
  });
  assert.equal(loaderBlockers(transactional, "x86_64")[0]?.id, "transactional");
});

test("s390x starts with zipl, whatever else lies there, and each way of it has a command of its own", (t) => {
  const on = (tree: Tree) => loaderBlockers(imageOf(t, { ...GRUB, ...tree }), "s390x")[0];
  assert.match(on({})?.text ?? "", /\/etc\/zipl\.conf and run zipl$/);
  assert.match(on({ "/boot/loader/entries/x.conf": "title x\n" })?.text ?? "", /grubby .*, then zipl$/);
  assert.match(on({ "/usr/sbin/grub2-zipl-setup": { program: "" } })?.text ?? "", /grub2-zipl-setup$/);
});

test("every other loader is refused with a command, and its texts name only files that showed it", () => {
  for (const { id, known, text } of OTHER_LOADERS) {
    assert.match(id, /^[a-z-]+$/);
    assert.doesNotMatch(text, /\{(?!file\})/, id);
    // {file} is the last thing seen
    const named = known.every((signs) => "path" in (signs.at(-1) ?? {}));
    assert.ok(!text.includes("{file}") || named, id);
  }
});
