# Sourced after el7.sh: as_suse NAME RELEASE [usr]: this root, made from $2 of the script, dressed as a SUSE release on a
# BIOS machine with its root on Btrfs. With `usr` the kernel stands in /usr/lib/modules and /boot has a link to it. The
# programs are Debian's (GRUB 2.06, systemd 252); 10_linux takes the titles from os-release, as theirs does. There is no
# rpm and no zypper, so no package database.
as_suse() {
  local name=$1 release=$2 below=$3 usr=${4:-} linux=$root/etc/grub.d/10_linux
  start_from "$below" "${debians[@]}" './usr/lib/modules/*' './boot/*' './etc/alternatives/*' './etc/systemd/system/*.wants/*' \
    './etc/machine-id' './etc/fstab'
  dress "$name"
  ln -s ../usr/lib/os-release "$root/etc/os-release"
  as_grub2
  replace "$linux" 's|^  OS=GNU/Linux$|  OS="$(. /etc/os-release; echo "$PRETTY_NAME")"|'
  rm -f "$root"/usr/sbin/grub2-probe.distrib
  put_grub_probe /usr/sbin/grub2-probe /dev/vda2 btrfs ''

  if [ "$usr" = usr ]; then
    cp "$below"/boot/vmlinuz-*-[0-9][0-9]-amd64 "$root/usr/lib/modules/$release/vmlinuz"
    ln -s "../usr/lib/modules/$release/vmlinuz" "$root/boot/vmlinuz-$release"
  else
    cp "$below"/boot/vmlinuz-*-[0-9][0-9]-amd64 "$root/boot/vmlinuz-$release"
  fi
  # never booted: the beginning of one is enough for a name and a size
  head -c 65536 "$(ls "$below"/boot/initrd.img-*-[0-9][0-9]-amd64)" >"$root/boot/initrd-$release"
  chmod 600 "$root/boot/initrd-$release"
  ln -s "vmlinuz-$release" "$root/boot/vmlinuz"
  ln -s "initrd-$release" "$root/boot/initrd"

  inside grub2-editenv /boot/grub2/grubenv create
  inside env LC_ALL= LANG=en_US.UTF-8 grub2-mkconfig -o /boot/grub2/grub.cfg
  prove_config /boot/grub2/grub.cfg grub2-script-check
  [ "$(grep -c "^	*linux	/boot/vmlinuz-$release root=UUID=$uuid ro  *splash=silent .* crashkernel=.* crashkernel=" "$root/boot/grub2/grub.cfg")" = 2 ]
  grep '^menuentry ' "$root/boot/grub2/grub.cfg" | head -n 1 | grep -q "^menuentry '$(. "$root/usr/lib/os-release" && echo "$PRETTY_NAME")' "
  if grep -q '/boot/grub/' "$root/boot/grub2/grub.cfg"; then exit 1; fi
  inside systemctl -q enable kdump.service # as YaST leaves it
  rm -rf "$root"/tmp/* "$root"/run/*
}
