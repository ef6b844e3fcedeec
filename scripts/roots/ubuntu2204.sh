# debian12 dressed as an Ubuntu 22.04 cloud image: release files, kernel names, /etc/default/grub and its
# drop-ins, and the switches Ubuntu's build sets in 10_linux and 00_header. The packages, and the package
# database, are still Debian's.
. "$(dirname "$0")/common.sh"
start_from "$2" './usr/lib/modules/*' './var/local/repo/*' './boot/*-6.*'
for release in 5.15.0-91-generic 5.15.0-88-generic; do
  cp "$2"/boot/vmlinuz-*-[0-9][0-9]-amd64 "$root/boot/vmlinuz-$release"
  cp "$2"/boot/config-*-[0-9][0-9]-amd64 "$root/boot/config-$release"
  # never booted: the beginning of one is enough for a name and a size
  head -c 65536 "$(ls "$2"/boot/initrd.img-*-[0-9][0-9]-amd64)" >"$root/boot/initrd.img-$release"
done
rm -f "$root"/vmlinuz* "$root"/initrd.img*
ln -s vmlinuz-5.15.0-91-generic "$root/boot/vmlinuz"
ln -s initrd.img-5.15.0-91-generic "$root/boot/initrd.img"
dress ubuntu2204

# kdump-tools.cfg is the package's own file, so the package database must know its bytes.
sum=$(md5sum <"$root/etc/default/grub.d/kdump-tools.cfg")
sed -i "s|^ /etc/default/grub.d/kdump-tools.cfg .*| /etc/default/grub.d/kdump-tools.cfg ${sum%% *}|" "$root/var/lib/dpkg/status"
grep -q "kdump-tools.cfg ${sum%% *}" "$root/var/lib/dpkg/status"

for switch in ubuntu_recovery quiet_boot quick_boot gfxpayload_dynamic vt_handoff; do
  sed -i "s/^$switch=\"0\"/$switch=\"1\"/" "$root/etc/grub.d/10_linux" "$root/etc/grub.d/00_header"
done
rm -f "$root/boot/grub/grub.cfg"
inside update-grub
prove_config /boot/grub/grub.cfg grub-script-check
grep -q "^menuentry 'Ubuntu' " "$root/boot/grub/grub.cfg"
grep -q 'vmlinuz-5.15.0-91-generic root=UUID=.* ro  console=tty1 console=ttyS0 crashkernel=512M-:192M$' "$root/boot/grub/grub.cfg"
rm -rf "$root"/tmp/* "$root"/run/*
