# Sourced, with $root and the functions of common.sh: makes a Debian root look like one of the Red Hat family, release 7.

# What such a system does not have; for tar and for the shell, from the root.
debians=('./var/local/repo' './var/lib/dpkg' './var/lib/apt' './var/cache/*' './etc/apt' './etc/dpkg' './etc/debian_version'
  './etc/default/*' './etc/init.d/*' './etc/rc?.d/*' './etc/kernel/*' './etc/initramfs-tools' './etc/kdump*' './var/lib/kdump*'
  './etc/issue*' './usr/share/initramfs-tools' './var/lib/initramfs-tools' './usr/bin/dpkg*' './usr/sbin/dpkg*' './usr/lib/dpkg'
  './usr/libexec/dpkg' './usr/share/dpkg' './usr/bin/apt*' './usr/bin/deb*' './usr/bin/ucf*' './etc/debconf.conf' './etc/cron.daily/*'
  './etc/logrotate.d/*' './usr/bin/dash' './usr/bin/update-alternatives' './usr/sbin/update-grub*' './usr/sbin/update-initramfs'
  './usr/sbin/mkinitramfs' './usr/sbin/kdump-config' './usr/sbin/update-rc.d' './usr/sbin/invoke-rc.d'
  './usr/lib/systemd/system/kdump-tools*' './usr/lib/systemd/system/kexec*' './usr/lib/systemd/systemd-sysv-install' './vmlinuz*'
  './initrd.img*' './etc/grub.d/05_debian_theme' './etc/grub.d/30_uefi-firmware' './var/lib/systemd/deb-systemd*' './etc/os-release')

# replace FILE SED-EXPRESSION: fails when it changes nothing, so that a new GRUB cannot slip through unpatched
replace() {
  cp -p "$1" "$1.before"
  sed -i "$2" "$1"
  if cmp -s "$1" "$1.before"; then echo "nothing to change in ${1#"$root"} with: $2" >&2; exit 1; fi
  rm "$1.before"
}

# Debian's GRUB under the names that other distributions give it, with its directory in /boot/grub2, and bash as sh:
#   grub2-mkconfig  does not source /etc/default/grub.d, which is Debian's own
as_grub2() {
  local dir file name
  ln -sf bash "$root/usr/bin/sh"
  mkdir -p "$root/boot/grub2" "$root/var/crash"
  for dir in "$root/usr/bin" "$root/usr/sbin"; do
    for file in "$dir"/grub-*; do mv "$file" "$dir/grub2-${file##*/grub-}"; done
  done

  local mkconfig=$root/usr/sbin/grub2-mkconfig lib=$root/usr/share/grub/grub-mkconfig_lib
  for name in probe file editenv script-check; do replace "$mkconfig" "s|\(bin[a-z]*}\)/grub-$name|\1/grub2-$name|"; done
  replace "$mkconfig" '/^for x in ${sysconfdir}\/default\/grub\.d\//,/^done$/d'
  replace "$mkconfig" '/^GRUB_DISABLE_OS_PROBER="true"$/d'
  for name in probe file mkrelpath; do replace "$lib" "s|\(bin[a-z]*}\)/grub-$name|\1/grub2-$name|"; done
  # Debian asks dpkg which of two kernels is newer; GRUB itself, and so those releases, ask sort -V
  replace "$lib" 's|^  dpkg --compare-versions|  version_test_numeric|'
  replace "$root/etc/grub.d/00_header" 's|/boot/grub|/boot/grub2|g; s|\$(grub-probe|$(grub2-probe|'
}

# family NAME RELEASE: the Red Hat family's files and names over a root without the above, and that release file
family() {
  dress "$1"
  ln -s "$2-release" "$root/etc/redhat-release"
  ln -s "$2-release" "$root/etc/system-release"
  ln -s ../usr/lib/os-release "$root/etc/os-release"
  ln -s ../boot/grub2/grub.cfg "$root/etc/grub2.cfg"
  ln -s /etc/default/grub "$root/etc/sysconfig/grub" # absolute, as there: it must be followed inside the root
  as_grub2
}

# Release 7. GRUB stays Debian's, with these differences:
#   10_linux        writes linux16 and initrd16 (linuxefi and initrdefi on UEFI) and that release's titles
as_el7() {
  local linux=$root/etc/grub.d/10_linux
  family centos7 centos
  replace "$linux" 's|^SUPPORTED_INITS=.*|if [ -d /sys/firmware/efi ]; then kind=efi; else kind=16; fi|'
  replace "$linux" 's|^CLASS="\(.*\)"$|CLASS="\1 --unrestricted"|'
  replace "$linux" 's|OS="${GRUB_DISTRIBUTOR} GNU/Linux"|OS="${GRUB_DISTRIBUTOR}"|'
  replace "$linux" 's|"%s, with Linux %s" "${os}" "${version}"|"%s (%s) %s" "${os}" "${version}" "$(. /etc/os-release; echo "$VERSION")"|'
  replace "$linux" 's|^\tlinux\t${rel_dirname}|\tlinux${kind} ${rel_dirname}|'
  replace "$linux" 's|^\tinitrd\t|\tinitrd${kind} |'
}
