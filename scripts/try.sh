#!/bin/bash
# try.sh: the main job on a real Debian 12 root, which it makes first: GRUB's defaults are edited, update-grub runs
# there, and the configuration it wrote is checked. Then the same again, and everything taken back.
# Nothing of this machine is changed but what apt has to install for it.
set -euo pipefail
project=$(dirname "$(dirname "$(realpath "$0")")")
cd "$project"
. scripts/need.sh
export PATH=$PATH:/usr/sbin:/sbin
exec </dev/null

if [ "${1:-}" != --in-namespace ]; then
  [ "$(id -u)" = 0 ] || die "npm run try must run as root: it makes a Debian root and works in it with chroot."
  [ -d node_modules ] || npm ci --no-audit --no-fund
  need unshare:util-linux mount:mount
  bash scripts/roots.sh debian12
  node scripts/build.mjs
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system -- "$work"' EXIT
  # mounts end with the namespace, whatever happens in it
  unshare --mount --propagation private bash "$0" --in-namespace "$work"
  exit
fi

# A fresh copy of the root: an overlay on a tmpfs, or a plain copy where overlays are not to be had.
work=$2
root=$work/debian12
lower=$project/.cache/roots/debian12
mount -t tmpfs -o mode=755 tmpfs "$work"
mkdir -m 755 "$root" "$work/upper" "$work/work"
if ! mount -t overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/work" overlay "$root"; then
  say "No overlay here: the root is copied as a whole."
  cp -a --one-file-system "$lower/." "$root/"
fi
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
cp -a "$lower/dev/." "$root/dev/"
mount -t proc proc "$root/proc"

headline() { printf '\n== %s\n' "$*"; }
tool() {
  printf '$ kdump-setup --root debian12 %s\n' "$*"
  node dist/kdump-setup.cjs --root "$root" "$@"
}
# every crashkernel= there is, in what is edited and in what boots
proof() {
  printf '$ grep -n crashkernel= /etc/default/grub /etc/default/grub.d/* /boot/grub/grub.cfg\n'
  (cd "$root" && grep -n crashkernel= etc/default/grub etc/default/grub.d/* boot/grub/grub.cfg) || echo "(no crashkernel= anywhere)"
}

headline "Before: Debian 12 with kdump-tools as it is installed"
proof
headline "Reserve 256M for a machine with 4G"
tool --ram 4G --crashkernel 256M --yes
headline "The proof, by grep"
proof
headline "The same again"
tool --ram 4G --crashkernel 256M --yes
headline "Take every reservation out"
tool --disable --yes
proof
headline "What was done here, and the last of it taken back"
tool history
tool rollback --yes
proof
# what the screen showed must also be true: five entries, of which the three normal ones reserve 256M
normal=$(grep -c 'linux.*vmlinuz.* crashkernel=256M$' "$root/boot/grub/grub.cfg") || normal=0
[ "$normal" = 3 ] || die "npm run try: $normal of the 3 normal boot entries carry crashkernel=256M"
headline "Done: all 3 normal boot entries carry crashkernel=256M"
