#!/bin/bash
# roots.sh [NAME…]: makes real roots to work on, under .cache/roots/ (all of them without a name):
#   debian12-bare  Debian 12 with GRUB and two kernels; kdump-tools can be installed in it without a network
#   debian12       the same with kdump-tools installed
#   debian11-bare, debian11, debian13-bare, debian13: the same of Debian 11 and 13
#   ubuntu2204     debian12 dressed as Ubuntu 22.04 (a cloud image)
#   centos7        debian12 dressed as CentOS 7
#   sles155, sles156, sles16: debian12 dressed as SLES 15 SP5, openSUSE Leap 15.6 and SLES 16
#   rhel8, rhel9, rhel10, fedora43, amzn2023: debian12 dressed as such a release: the menu comes from BLS entries
# How each is made is in scripts/roots/NAME.sh. A root is made anew when a file it is made from changed.
# In all of them grub-probe, and only that, is a stand-in: see test/support/grub-probe.sh.
set -euo pipefail
project=$(dirname "$(dirname "$(realpath "$0")")")
. "$project/scripts/need.sh"
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8
exec </dev/null
umask 022

cache=$project/.cache/roots
declare -A parent=([debian12-bare]='' [debian12]=debian12-bare [ubuntu2204]=debian12 [centos7]=debian12
  [sles155]=debian12 [sles156]=debian12 [sles16]=debian12
  [rhel8]=debian12 [rhel9]=debian12 [rhel10]=debian12 [fedora43]=debian12 [amzn2023]=debian12
  [debian11-bare]='' [debian11]=debian11-bare [debian13-bare]='' [debian13]=debian13-bare)
all=(debian12-bare debian12 ubuntu2204 centos7 sles155 sles156 sles16 rhel8 rhel9 rhel10 fedora43 amzn2023
  debian11-bare debian11 debian13-bare debian13)

[ "$(id -u)" = 0 ] || die "roots.sh must run as root: it makes device nodes and calls chroot. Without it the tests on real roots are skipped."
[ "$(uname -m)" = x86_64 ] || die "roots.sh is for x86_64: the roots have GRUB for PC BIOS in them."
need mmdebstrap:mmdebstrap @/usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring unshare:util-linux setpriv:util-linux \
  setfattr:attr dpkg-deb:dpkg tar:tar sha256sum:coreutils

# What several roots share, by the line that lays it over them.
dresses() { sed -n 's|^dress \(.*\)$|test/support/dress/\1|p' "$project/scripts/roots/$1.sh"; }

# Everything a root is made from, the root below it included.
fingerprint() {
  local name=$1
  {
    [ -z "${parent[$name]}" ] || fingerprint "${parent[$name]}"
    cd "$project"
    # the script, what it sources, and what is laid over the root
    find "scripts/roots/$name.sh" $(sed -n 's|^\. "$(dirname "$0")/\(.*\)"$|scripts/roots/\1|p' "scripts/roots/$name.sh") \
      test/support/grub-probe.sh "test/support/dress/$name" $(dresses "$name") \
      -type f -exec sha256sum {} + 2>/dev/null | sort || true
    find "test/support/dress/$name" $(dresses "$name") -printf '%p %m %l\n' 2>/dev/null | sort || true
  } | sha256sum
}

made() { [ -d "$cache/$1" ] && [ "$(cat "$cache/$1.made" 2>/dev/null)" = "$(fingerprint "$1")" ]; }

remove() { # a mount that was left behind must not be emptied with it
  [ ! -e "$1" ] || rm -rf --one-file-system -- "$1"
}

make() {
  local name=$1 start=$SECONDS below=${parent[$1]}
  made "$name" && return 0
  [ -z "$below" ] || make "$below"
  say "roots: making $name …"
  remove "$cache/$name.tmp"
  rm -f "$cache/$name.made"
  if ! bash "$project/scripts/alone.sh" bash "$project/scripts/roots/$name.sh" "$cache/$name.tmp" ${below:+"$cache/$below"} >"$cache/$name.log" 2>&1; then
    tail -n 30 "$cache/$name.log" >&2
    die "roots: $name could not be made; the whole story is in ${cache#"$PWD/"}/$name.log"
  fi
  remove "$cache/$name"
  mv -- "$cache/$name.tmp" "$cache/$name"
  fingerprint "$name" >"$cache/$name.made"
  say "roots: $name made in $((SECONDS - start)) s ($(du -smx "$cache/$name" | cut -f1) MB)"
}

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock -n 9 || { say "roots: another run is making them, waiting …"; flock 9; }
[ $# -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do
  [ -n "${parent[$name]+known}" ] || die "roots: no root is called $name (there are: ${all[*]})"
  # the lock must not live on in what the build starts
  make "$name" 9>&-
done
