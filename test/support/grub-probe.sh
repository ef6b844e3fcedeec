#!/bin/sh
# Stands in for grub-probe, and for nothing else, in the test roots.
#
# The real one asks the kernel which disk a path is on. In a chroot that is the build host's disk, or none: it
# fails, or worse, answers with a disk the image will never see. Everything else that writes the configuration
# (grub-mkconfig, /etc/grub.d, grub-mkrelpath, grub-script-check) is the real program.
#
# The answers are those of a system on one disk with one partition; scripts/roots/*.sh fill in the four values.
# An option or a target that grub-mkconfig 2.06 does not use is an error, so that a new question is seen.
device='@DEVICE@'           # /dev/vda1
uuid='@UUID@'
fs='@FS@'                   # ext2 (GRUB's name for ext2, 3 and 4) or xfs
abstraction='@ABSTRACTION@' # empty, or lvm

target=
while [ $# -gt 0 ]; do
  case $1 in
    --target=*) target=${1#--target=} ;;
    -t | --target) target=$2; shift ;;
    -d | --device) : ;;
    -*) echo "grub-probe: the stand-in does not know the option $1" >&2; exit 1 ;;
    *) : ;; # a path or a device: all are on the one partition
  esac
  shift
done

case $target in
  device) echo "$device" ;;
  fs_uuid) echo "$uuid" ;;
  fs) echo "$fs" ;;
  abstraction) [ -z "$abstraction" ] || echo "$abstraction" ;;
  partmap) echo msdos ;;
  drive) if [ "$abstraction" = lvm ]; then echo "(lvm/${device##*/})"; else echo "(hd0,msdos1)"; fi ;;
  compatibility_hint) if [ "$abstraction" = lvm ]; then echo "lvm/${device##*/}"; else echo hd0,msdos1; fi ;;
  hints_string) if [ "$abstraction" = lvm ]; then echo "--hint='lvm/${device##*/}' "; else echo '--hint-bios=hd0,msdos1 --hint-efi=hd0,msdos1 --hint-baremetal=ahci0,msdos1 '; fi ;;
  cryptodisk_uuid | fs_label) : ;;
  partuuid) exit 1 ;; # an msdos label without a signature has none
  *) echo "grub-probe: the stand-in has no answer for the target '$target'" >&2; exit 1 ;;
esac
