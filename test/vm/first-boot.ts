/** What turns a disk with files on it into a machine that boots by itself. */

import type { Layout } from "./layout.js";

/** The shell commands of a machine's first boot: what only the running machine can do, above all installing GRUB. */
export function firstBoot(layout: Layout): string {
  const commands = ["set -e"];
  if (layout.separateBoot)
    commands.push("mount --bind / /mnt", "find /mnt/boot -mindepth 1 -delete", "umount /mnt");
  commands.push(...(layout.release.family === "debian" ? debian(layout) : EL7), "sync");
  return commands.join("; ");
}

/** An initrd of the modules it needs is rebuilt in 45 s of emulation instead of 275 s. */
function debian(layout: Layout): readonly string[] {
  const commands = ["export DEBIAN_FRONTEND=noninteractive"];
  commands.push("echo MODULES=dep > /etc/initramfs-tools/conf.d/vm");
  if (layout.cloudDropIn)
    commands.push(
      `mkdir -p /etc/default/grub.d`,
      `printf '%s\\n' '# written by the image builder' 'GRUB_CMDLINE_LINUX_DEFAULT="console=tty0 console=ttyS0,115200 norandmaps"' > /etc/default/grub.d/50-cloudimg-settings.cfg`,
    );
  if (layout.firmware === "uefi")
    // no entry in the firmware's own store: the loader stands where firmware looks by itself
    commands.push(
      "apt-get -y -q install grub-efi-amd64",
      "grub-install --target=x86_64-efi --removable --no-nvram",
    );
  else
    commands.push(
      `echo "grub-pc grub-pc/install_devices multiselect /dev/vda" | debconf-set-selections`,
      "grub-install /dev/vda",
    );
  return [...commands, "update-grub", "grep -q vmlinuz /boot/grub/grub.cfg"];
}

/**
 * As that family's installer leaves a machine: the image for any machine becomes the rescue kernel's, and the entry of
 * the other kernel is the saved one. Debian's grub-install only knows a directory /boot/grub, so what it puts there is
 * moved, and the core image that names the directory is made again.
 */
const EL7: readonly string[] = [
  "release=$(uname -r) rescue=0-rescue-$(cat /etc/machine-id)",
  "cp /boot/vmlinuz-$release /boot/vmlinuz-$rescue",
  "mv /boot/initramfs-$release.img /boot/initramfs-$rescue.img",
  "dracut --quiet /boot/initramfs-$release.img $release",
  "grub2-install --no-bootsector /dev/vda",
  "mv /boot/grub/* /boot/grub2/",
  "rmdir /boot/grub",
  "modules=/boot/grub2/i386-pc",
  'grub2-mkimage -O i386-pc -p "(,msdos1)$(grub2-mkrelpath /boot/grub2)" -o $modules/core.img biosdisk part_msdos xfs ext2',
  "grub2-bios-setup -d $modules /dev/vda",
  "grub2-editenv /boot/grub2/grubenv create",
  'grub2-editenv /boot/grub2/grubenv set "saved_entry=CentOS Linux ($release) 7 (Core)"',
  "grub2-mkconfig -o /boot/grub2/grub.cfg",
  'grep -q "linux16 .*/vmlinuz-$release .*crashkernel=auto" /boot/grub2/grub.cfg',
];
