# debian12 dressed as CentOS 7: names, files and generated configuration as that release has them on a BIOS
# machine. The programs are Debian's (GRUB 2.06, systemd 252) with these differences made here:
#   grub2-mkconfig  does not source /etc/default/grub.d, which 2.02 of that release does not know
#   10_linux        writes linux16 and initrd16 (linuxefi and initrdefi on UEFI) and that release's titles
# There is no rpm and no yum, so no package database: /var/lib/rpm is absent, and so are dpkg and apt.
. "$(dirname "$0")/common.sh"
release=3.10.0-1160.el7.x86_64
start_from "$2" './usr/lib/modules/*' './var/local/repo' './boot/*' './var/lib/dpkg' './var/lib/apt' './var/cache/*' \
  './etc/apt' './etc/dpkg' './etc/debian_version' './etc/default/*' './etc/init.d/*' './etc/rc?.d/*' './etc/kernel/*' \
  './etc/initramfs-tools' './etc/kdump*' './var/lib/kdump*' './etc/issue*' './usr/share/initramfs-tools' './var/lib/initramfs-tools' \
  './usr/bin/dpkg*' './usr/sbin/dpkg*' './usr/lib/dpkg' './usr/libexec/dpkg' './usr/share/dpkg' './usr/bin/apt*' \
  './usr/bin/deb*' './usr/bin/ucf*' './etc/debconf.conf' './etc/cron.daily/*' './etc/logrotate.d/*' './etc/alternatives/*' './usr/bin/dash' './usr/bin/update-alternatives' './usr/sbin/update-grub*' \
  './usr/sbin/update-initramfs' './usr/sbin/mkinitramfs' './usr/sbin/kdump-config' './usr/sbin/update-rc.d' './usr/sbin/invoke-rc.d' \
  './usr/lib/systemd/system/kdump-tools*' './usr/lib/systemd/system/kexec*' './etc/systemd/system/*.wants/*' \
  './usr/lib/systemd/systemd-sysv-install' './vmlinuz*' './initrd.img*' './etc/grub.d/05_debian_theme' \
  './etc/grub.d/30_uefi-firmware' './etc/machine-id' './etc/fstab' './dev/disk' './var/lib/systemd/deb-systemd*' './etc/os-release'
ln -sf bash "$root/usr/bin/sh"
dress centos7
ln -s centos-release "$root/etc/redhat-release"
ln -s centos-release "$root/etc/system-release"
ln -s ../usr/lib/os-release "$root/etc/os-release"
ln -s ../boot/grub2/grub.cfg "$root/etc/grub2.cfg"
ln -s /etc/default/grub "$root/etc/sysconfig/grub" # absolute, as there: it must be followed inside the root
machine_id=$(cat "$root/etc/machine-id")
mkdir -p "$root/boot/grub2" "$root/var/crash"

# Programs by that release's names.
for dir in "$root/usr/bin" "$root/usr/sbin"; do
  for file in "$dir"/grub-*; do
    [ "${file##*/}" = grub-probe ] || [ "${file##*/}" = grub-probe.distrib ] && continue
    mv "$file" "$dir/grub2-${file##*/grub-}"
  done
done
rm -f "$root"/usr/sbin/grub-probe "$root"/usr/sbin/grub-probe.distrib
put_grub_probe /usr/sbin/grub2-probe /dev/mapper/cl-root xfs lvm

# replace FILE SED-EXPRESSION: fails when it changes nothing, so that a new GRUB cannot slip through unpatched
replace() {
  cp -p "$1" "$1.before"
  sed -i "$2" "$1"
  if cmp -s "$1" "$1.before"; then echo "nothing to change in ${1#"$root"} with: $2" >&2; exit 1; fi
  rm "$1.before"
}
mkconfig=$root/usr/sbin/grub2-mkconfig lib=$root/usr/share/grub/grub-mkconfig_lib linux=$root/etc/grub.d/10_linux
for name in probe file editenv script-check; do replace "$mkconfig" "s|\(bin[a-z]*}\)/grub-$name|\1/grub2-$name|"; done
replace "$mkconfig" '/^for x in ${sysconfdir}\/default\/grub\.d\//,/^done$/d'
replace "$mkconfig" '/^GRUB_DISABLE_OS_PROBER="true"$/d'
for name in probe file mkrelpath; do replace "$lib" "s|\(bin[a-z]*}\)/grub-$name|\1/grub2-$name|"; done
# Debian asks dpkg which of two kernels is newer; GRUB itself, and so that release, asks sort -V
replace "$lib" 's|^  dpkg --compare-versions|  version_test_numeric|'
replace "$root/etc/grub.d/00_header" 's|/boot/grub|/boot/grub2|g; s|\$(grub-probe|$(grub2-probe|'
replace "$linux" 's|^SUPPORTED_INITS=.*|if [ -d /sys/firmware/efi ]; then kind=efi; else kind=16; fi|'
replace "$linux" 's|^CLASS="\(.*\)"$|CLASS="\1 --unrestricted"|'
replace "$linux" 's|OS="${GRUB_DISTRIBUTOR} GNU/Linux"|OS="${GRUB_DISTRIBUTOR}"|'
replace "$linux" 's|"%s, with Linux %s" "${os}" "${version}"|"%s (%s) %s" "${os}" "${version}" "$(. /etc/os-release; echo "$VERSION")"|'
replace "$linux" 's|^\tlinux\t${rel_dirname}|\tlinux${kind} ${rel_dirname}|'
replace "$linux" 's|^\tinitrd\t|\tinitrd${kind} |'

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
