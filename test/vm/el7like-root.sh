#!/bin/bash
# el7like-root.sh CODENAME DIRECTORY KEY.pub NODE: the root of a virtual machine that looks like CentOS 7 and boots: a
# Debian root dressed as the roots of the tests are (scripts/roots/el7.sh), with a kdumpctl and a dracut module of our own.
#
# What such a machine proves: what the tool writes with the profile of CentOS 7 (/etc/default/grub without grub.d, a
# /boot/grub2/grub.cfg that grub2-mkconfig generates, with linux16 and a saved entry) goes through a real GRUB that has
# its directory in /boot/grub2; the reservation is there after the boot; kdump.service, which the installer enabled and
# which fails while nothing is reserved, then loads a capture kernel with the command line of /etc/sysconfig/kdump; it
# saves a dump that can be read; after --disable and after each rollback the machine boots as it should.
#
# What it does not: anything about the programs of that family. The kernel is Debian's (6.1, not 3.10), so
# crashkernel=auto reserves nothing and the capture kernel needs another size; GRUB is 2.06, systemd 252 and dracut 059
# instead of 2.02, 219 and 033; kdumpctl and the dracut module do what is known of that family's by their manuals and
# settings, and are not theirs. makedumpfile, kexec and crash are Debian's. No rpm, no yum (so nothing installs the
# packages: they are there), no SELinux, no grubby, no UEFI, no LVM, no network dump.
. "$(dirname "$0")/root-common.sh"
. "$(dirname "$0")/../../scripts/roots/el7.sh"

# kexec-tools would make every reboot a kexec; its scripts go with the rest of what is Debian's
debian dracut,kexec-tools,makedumpfile,crash
release=$(cd "$root/boot" && ls vmlinuz-* | sed 's/^vmlinuz-//')
(
  cd "$root"
  rm -rf -- ${debians[@]}
)
as_el7
dress el7like
rm -r "$root/boot/grub" "$root"/boot/config-3.10.* "$root"/usr/lib/modules/3.10.*
# dracut's image for any machine, which the first boot keeps as the rescue kernel's, as that family's installer does
mv "$root/boot/initrd.img-$release" "$root/boot/initramfs-$release.img"
chmod 600 "$root/boot/initramfs-$release.img"
chroot "$root" systemctl -q enable kdump.service

as_machine
quick_boot 'crashkernel=auto '
finish
