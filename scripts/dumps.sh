#!/bin/bash
# dumps.sh: makes real crash dumps under .cache/dumps/, in every form the tools write: a virtual machine boots the kernel
# of the root debian12, loads it once more for the capture, and crashes through sysrq; the capture kernel saves.
#   flat      makedumpfile -F -c -d 31, as kdump-config saves it: zlib, flattened
#   lzo       makedumpfile -l -d 31, as kdump.conf has it: lzo
#   raw       makedumpfile -d 31: not compressed
#   elf       makedumpfile -E -d 31: an ELF core
#   dmesg     makedumpfile --dump-dmesg
#   vmcore-dmesg.txt  vmcore-dmesg
#   when      seconds since 1970 in the machine, just before the crash
# Made once; anew when this script, the kernel or makedumpfile changed. Under emulation on a busy machine: 55 seconds.
set -euo pipefail
project=$(dirname "$(dirname "$(realpath "$0")")")
. "$project/scripts/need.sh"
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8
exec </dev/null
umask 022

root=$project/.cache/roots/debian12 dumps=$project/.cache/dumps
[ "$(id -u)" = 0 ] || die "dumps.sh must run as root: it calls chroot."
[ "$(uname -m)" = x86_64 ] || die "dumps.sh is for x86_64: so is the root it takes the kernel from."
[ -d "$root" ] || die "dumps.sh: there is no .cache/roots/debian12: run scripts/roots.sh"
mkdir -p "$dumps"
exec 9>"$dumps/.lock"
flock 9
release=$(cd "$root/usr/lib/modules" && ls -d [0-9]*-[0-9][0-9]-amd64)
fingerprint=$(sha256sum "$0" "$root/boot/vmlinuz-$release" "$root/usr/bin/makedumpfile" | cut -c -64 | sha256sum)
[ "$(cat "$dumps/made" 2>/dev/null)" != "$fingerprint" ] || exit 0
need qemu-system-x86_64:qemu-system-x86 cpio:cpio

work=$(mktemp -d "${TMPDIR:-/tmp}/kdump-dumps.XXXXXX")
trap 'rm -rf --one-file-system -- "$work"' EXIT
inside() { chroot "$root" "$@"; }
# programs with the libraries they ask for, and modules in the order they are loaded
mkdir -p "$work"/i/{bin,proc,sys,dev,out,tmp,modules}
for program in /usr/bin/busybox /usr/sbin/kexec /usr/bin/makedumpfile /usr/sbin/vmcore-dmesg; do
  cp -L "$root$program" "$work/i/bin/"
  for library in $(inside ldd "$program" | grep -o '/[^ ]*'); do
    mkdir -p "$work/i$(dirname "$library")"
    cp -L "$root$library" "$work/i$library"
  done
done
for module in virtio_pci 9pnet_virtio 9p; do inside modprobe -S "$release" --show-depends "$module"; done |
  awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/modules"
while read -r module; do
  cp -L "$root$module" "$work/i/modules/"
  echo "insmod /modules/${module##*/}"
done <"$work/modules" >"$work/i/load"

cat >"$work/i/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
/bin/busybox --install /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
. /load
mount -t 9p -o trans=virtio,version=9p2000.L out /out
save() {
  makedumpfile --dump-dmesg /proc/vmcore /out/dmesg &&
    vmcore-dmesg /proc/vmcore >/out/vmcore-dmesg.txt &&
    makedumpfile -F -c -d 31 /proc/vmcore >/out/flat &&
    makedumpfile -l -d 31 /proc/vmcore /out/lzo &&
    makedumpfile -d 31 /proc/vmcore /out/raw &&
    makedumpfile -E -d 31 /proc/vmcore /out/elf && echo >/out/saved
}
if [ -e /proc/vmcore ]; then
  set -x
  save >/out/log 2>&1
  sync
  poweroff -f
fi
kexec -p /out/kernel --initrd=/out/initrd --append="console=ttyS0 panic=1 nr_cpus=1 reset_devices"
cat /sys/kernel/kexec_crash_loaded
date +%s >/out/when
sync
echo c >/proc/sysrq-trigger
INIT
chmod 755 "$work/i/init"
ln -s busybox "$work/i/bin/sh"
mkdir "$work/out"
(cd "$work/i" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/out/initrd"
cp "$root/boot/vmlinuz-$release" "$work/out/kernel"
say "dumps: a machine with $release boots, crashes and saves …"
start=$SECONDS
timeout 300 qemu-system-x86_64 -accel tcg -m 512 -nodefaults -display none -no-reboot -serial "file:$work/log" \
  -virtfs "local,path=$work/out,mount_tag=out,security_model=none" -kernel "$work/out/kernel" -initrd "$work/out/initrd" \
  -append "console=ttyS0 crashkernel=192M panic=1" >"$work/qemu" 2>&1 || { cat "$work/qemu" >&2; tail -n 40 "$work/log" >&2; }
[ -e "$work/out/saved" ] || { cat "$work/out/log" >&2; tail -n 20 "$work/log" >&2; die "dumps: the machine saved nothing"; }
rm -f "$dumps"/made
for name in flat lzo raw elf dmesg vmcore-dmesg.txt when; do mv "$work/out/$name" "$dumps/$name"; done
echo "$release" >"$dumps/release"
echo "$fingerprint" >"$dumps/made"
say "dumps: made in $((SECONDS - start)) s ($(du -smx "$dumps" | cut -f1) MB)"
