#!/bin/bash
# root.sh CODENAME DIRECTORY KEY.pub NODE: a Debian root for a virtual machine, from packages only: kernel, GRUB, ssh,
# and in /var/local/repo everything the scenarios install later, so that the guest needs no network.
# The disk images of all layouts (test/vm/disk.ts) are made from it.
. "$(dirname "$0")/root-common.sh"
download='chroot "$1" apt-get -q -y --download-only install'
debian initramfs-tools,dosfstools,apt-utils \
  --customize-hook="$download -o APT::Install-Recommends=true kdump-tools crash" \
  --customize-hook="$download grub-efi-amd64 efibootmgr" \
  --customize-hook='mkdir -p "$1/var/local/repo" && mv "$1"/var/cache/apt/archives/*.deb "$1/var/local/repo/"'
package_repository
as_machine
[ -e "$root/etc/default/grub" ] || cp "$root/usr/share/grub/default/grub" "$root/etc/default/grub"
quick_boot ''
finish
