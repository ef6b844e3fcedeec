#!/bin/sh
# make.sh ROOT ID ARGUMENTS KERNEL…: what files alone cannot do to a root that is dressed as another release; see ../releases.ts.
set -eu
root=$1 id=$2 arguments=$3
shift 3

# The kernels by that release's names, the newest first. Never booted: the beginning of an initrd is enough.
image=$(ls "$root"/boot/vmlinuz-* | grep -v rescue | tail -n 1)
config=$(ls "$root"/boot/config-* | tail -n 1)
initrd=$(ls "$root"/boot/init*-* | grep -v rescue | tail -n 1)
cp "$image" "$root/tmp/image"
cp "$config" "$root/tmp/config"
head -c 65536 "$initrd" >"$root/tmp/initrd"
rm -rf "$root"/boot/vmlinuz-* "$root"/boot/config-* "$root"/boot/init*-* "$root"/boot/System.map-* "$root"/vmlinuz* "$root"/initrd.img* \
  "$root"/lib/modules/*
for kernel; do
  cp "$root/tmp/image" "$root/boot/vmlinuz-$kernel"
  cp "$root/tmp/config" "$root/boot/config-$kernel"
  case $id in
    ubuntu-* | debian-*) cp "$root/tmp/initrd" "$root/boot/initrd.img-$kernel" ;;
    *) cp "$root/tmp/initrd" "$root/boot/initramfs-$kernel.img" ;;
  esac
  mkdir -p "$root/lib/modules/$kernel"
  : >"$root/lib/modules/$kernel/modules.dep"
done
rm "$root/tmp/image" "$root/tmp/config" "$root/tmp/initrd"

if [ -n "$arguments" ]; then
  sed -i "s|^KDUMP_CMDLINE_APPEND=.*|KDUMP_CMDLINE_APPEND=\${KDUMP_CMDLINE_APPEND:=\"$arguments\"}|" "$root/usr/sbin/kdump-config"
  grep -q "$arguments" "$root/usr/sbin/kdump-config"
fi
case $id in debian-10 | ubuntu-12.04 | ubuntu-14.04 | ubuntu-16.04 | ubuntu-18.04 | ubuntu-20.04)
  # -F is younger than these
  sed -i 's|^MAKEDUMP_ARGS=.*|MAKEDUMP_ARGS=${MAKEDUMP_ARGS:="-c -d 31"}|' "$root/usr/sbin/kdump-config" ;;
esac

linux=$root/etc/grub.d/10_linux
case $id in ubuntu-*)
  for switch in ubuntu_recovery quiet_boot quick_boot gfxpayload_dynamic vt_handoff; do
    sed -i "s/^$switch=\"0\"/$switch=\"1\"/" "$linux" "$root/etc/grub.d/00_header"
  done ;;
esac
case $id in ubuntu-12.04)
  # between the two variables, as that release's script has it, and under the same conditions
  sed -i 's/"\${GRUB_CMDLINE_LINUX} \${GRUB_CMDLINE_LINUX_DEFAULT}"/"${GRUB_CMDLINE_LINUX} ${GRUB_CMDLINE_EXTRA} ${GRUB_CMDLINE_LINUX_DEFAULT}"/' "$linux"
  extra='[ ! -x /usr/bin/makedumpfile ] || [ ! -x /sbin/kexec ] || GRUB_CMDLINE_EXTRA="$GRUB_CMDLINE_EXTRA crashkernel=384M-2G:64M,2G-:128M"'
  sed -i "/^CLASS=/a $extra" "$linux"
  [ "$(grep -c GRUB_CMDLINE_EXTRA "$linux")" = 3 ] ;;
esac

# upstart: what systemd brings is gone, and the SysV script is started by links with that release's number
case $id in ubuntu-12.04 | ubuntu-14.04)
  rm -f "$root/sbin/init" "$root"/lib/systemd/system/kdump-tools* "$root"/etc/systemd/system/*.wants/kdump-tools*
  sed -i 's/^SUPPORTED_INITS=.*/SUPPORTED_INITS=/' "$linux"
  printf '#!/bin/sh\n' >"$root/sbin/init"
  mkdir -p "$root/etc/init"
  echo '# the run levels of SysV scripts' >"$root/etc/init/rc.conf"
  for level in 2 3 4 5; do mv "$root/etc/rc$level.d/S01kdump-tools" "$root/etc/rc$level.d/S20kdump-tools"; done ;;
esac

# the package database knows the bytes of its own drop-in
dropin=$root/etc/default/grub.d/kdump-tools.cfg
if [ -e "$dropin" ] && [ -e "$root/var/lib/dpkg/status" ]; then
  sum=$(md5sum <"$dropin")
  sed -i "s|^ /etc/default/grub.d/kdump-tools.cfg .*| /etc/default/grub.d/kdump-tools.cfg ${sum%% *}|" "$root/var/lib/dpkg/status"
fi

case $id in rhel-7)
  # UEFI: there the configuration itself is on the EFI system partition
  mv "$root/boot/grub2/grub.cfg" "$root/boot/efi/EFI/redhat/grub.cfg"
  ln -s ../boot/efi/EFI/redhat/grub.cfg "$root/etc/grub2-efi.cfg" ;;
esac
