# Sourced after el7.sh: makes a root of the Red Hat family whose menu comes from entries of the boot loader specification.

# with_kernels PARENT RELEASE…: the kernels, and the rescue kernel the installer made; images are all the same one
with_kernels() {
  local parent=$1 name image
  shift
  image=$root/boot/vmlinuz-$1
  cp "$parent"/boot/vmlinuz-*-[0-9][0-9]-amd64 "$image"
  chmod 755 "$image"
  for name in "$@" "0-rescue-$(cat "$root/etc/machine-id")"; do
    [ -e "$root/boot/vmlinuz-$name" ] || ln "$image" "$root/boot/vmlinuz-$name"
    head -c 65536 "$(ls "$parent"/boot/initrd.img-*-[0-9][0-9]-amd64)" >"$root/boot/initramfs-$name.img"
    mkdir -p "$root/usr/lib/modules/$name"
    cp "$root/boot/config-common" "$root/boot/config-$name"
  done
  rm "$root/boot/config-common" "$root"/boot/config-0-rescue-*
  rmdir "$root"/usr/lib/modules/0-rescue-*
  chmod 600 "$root"/boot/initramfs-*
}

# entry NAME OPTIONS: one entry, with the lines and the order that family's kernel packages write
entry() {
  local id
  id=$(cat "$root/etc/machine-id")
  mkdir -p -m 700 "$root/boot/loader/entries"
  cat >"$root/boot/loader/entries/$id-$1.conf" <<END
title $title ($1)
version $1
linux /boot/vmlinuz-$1
initrd /boot/initramfs-$1.img
options $2
grub_users \$grub_users
grub_arg --unrestricted
grub_class kernel
END
}

# generated: grub.cfg by the family's generator and by a 10_linux of our own (dress/bls), which hands on to the entries
generated() {
  inside grub2-editenv /boot/grub2/grubenv create
  put_grub_probe /usr/sbin/grub2-probe /dev/mapper/rl-root xfs lvm
  inside grub2-mkconfig -o /boot/grub2/grub.cfg
  chmod 644 "$root/boot/grub2/grub.cfg"
  grep -qx blscfg "$root/boot/grub2/grub.cfg"
  inside grub2-script-check /boot/grub2/grub.cfg
}

# finished: enabled as wanted, and with labels, so that losing one can be seen
finished() {
  local file
  inside systemctl -q enable kdump.service
  for file in /boot/grub2/grubenv "$root"/boot/loader/entries/*; do
    setfattr -n security.selinux -v '"system_u:object_r:boot_t:s0\000"' "$root${file#"$root"}"
  done
  setfattr -n security.selinux -v '"system_u:object_r:bootloader_etc_t:s0\000"' "$root/etc/default/grub"
  rm -rf "$root"/tmp/* "$root"/run/*
}

parts=("${debians[@]}" './usr/lib/modules/*' './boot/*' './etc/alternatives/*' './etc/systemd/system/*.wants/*'
  './etc/machine-id' './etc/fstab' './dev/disk' './etc/grub.d/10_linux' './etc/grub.d/20_linux_xen' './etc/grub.d/30_os-prober')
