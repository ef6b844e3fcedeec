# debian12 dressed as CentOS 7: names, files and generated configuration as that release has them on a BIOS
# machine. The programs are Debian's (GRUB 2.06, systemd 252) with the differences of el7.sh.
# There is no rpm and no yum, so no package database: /var/lib/rpm is absent, and so are dpkg and apt.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
release=3.10.0-1160.el7.x86_64
start_from "$2" "${debians[@]}" './usr/lib/modules/*' './boot/*' './etc/alternatives/*' './etc/systemd/system/*.wants/*' \
  './etc/machine-id' './etc/fstab' './dev/disk'
as_el7
machine_id=$(cat "$root/etc/machine-id")
put_grub_probe /usr/sbin/grub2-probe /dev/mapper/cl-root xfs lvm

# The kernel that is installed and the rescue kernel the installer made of it.
for name in "$release" "0-rescue-$machine_id"; do
  cp "$2"/boot/vmlinuz-*-[0-9][0-9]-amd64 "$root/boot/vmlinuz-$name"
  # never booted: the beginning of one is enough for a name and a size
  head -c 65536 "$(ls "$2"/boot/initrd.img-*-[0-9][0-9]-amd64)" >"$root/boot/initramfs-$name.img"
done
chmod 755 "$root"/boot/vmlinuz-*
chmod 600 "$root"/boot/initramfs-*
inside grub2-editenv /boot/grub2/grubenv create
inside grub2-editenv /boot/grub2/grubenv set "saved_entry=CentOS Linux ($release) 7 (Core)"

inside grub2-mkconfig -o /boot/grub2/grub.cfg
chmod 644 "$root/boot/grub2/grub.cfg"
prove_config /boot/grub2/grub.cfg grub2-script-check
[ "$(grep -c '^	linux16 /boot/vmlinuz-[^ ]* root=/dev/mapper/cl-root ro crashkernel=auto rd.lvm.lv=cl/root rhgb quiet *$' "$root/boot/grub2/grub.cfg")" = 2 ]
[ "$(grep -c '^	initrd16 /boot/initramfs-.*\.img$' "$root/boot/grub2/grub.cfg")" = 2 ]
grep '^menuentry ' "$root/boot/grub2/grub.cfg" | head -n 1 | grep -q "^menuentry 'CentOS Linux ($release) 7 (Core)' "
if grep -q '/boot/grub/' "$root/boot/grub2/grub.cfg"; then exit 1; fi

inside systemctl -q enable kdump.service # as the installer leaves it

# Labels, so that losing one can be seen. The kernel ends each with a zero byte.
label() { setfattr -n security.selinux -v "\"system_u:object_r:$1:s0\\000\"" "$root$2"; }
label bootloader_etc_t /etc/default/grub
label boot_t /boot/grub2/grub.cfg
label boot_t /boot/grub2/grubenv
label kdump_etc_t /etc/kdump.conf
label etc_t /etc/sysconfig/kdump
rm -rf "$root"/tmp/* "$root"/run/*
