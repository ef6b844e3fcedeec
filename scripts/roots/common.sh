# Sourced by the scripts beside it. They are called with the directory to make and, if any, the root it starts from.
set -euo pipefail
project=$(dirname "$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")")
root=$1
uuid=1e0f3c5a-6b7d-4e8f-9a0b-1c2d3e4f5a6b

# A program of the root, with a /proc and process numbers of its own; mounts and children end with it.
inside() {
  unshare --mount --propagation private --pid --fork --kill-child \
    sh -c 'root=$1; shift; mount -t proc proc "$root/proc" && exec chroot "$root" "$@"' sh "$root" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# put_grub_probe PATH DEVICE FS ABSTRACTION
put_grub_probe() {
  sed -e "s|@DEVICE@|$2|; s|@UUID@|$uuid|; s|@FS@|$3|; s|@ABSTRACTION@|$4|" \
    "$project/test/support/grub-probe.sh" >"$root$1"
  chmod 755 "$root$1"
}

# start_from PARENT [PATTERN…]: a copy of that root, without what the patterns (of tar) name
start_from() {
  local from=$1 pattern
  local -a without=()
  shift
  for pattern in "$@"; do without+=("--exclude=$pattern"); done
  mkdir -p "$root"
  tar --one-file-system --xattrs --xattrs-include='*' --numeric-owner -C "$from" "${without[@]}" -cf - . |
    tar --xattrs --xattrs-include='*' --numeric-owner -C "$root" -xpf -
}

# dress NAME: our own files over it, owned by root
dress() {
  tar -C "$project/test/support/dress/$1" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -cf - . |
    tar --numeric-owner --no-overwrite-dir -C "$root" -xpf -
}

# What every root must be before it is used: a configuration GRUB accepts, with an entry in it.
prove_config() { # prove_config FILE SCRIPT-CHECK
  inside "$2" "$1"
  grep -Eq '^[[:space:]]+linux(16|efi)?[[:space:]]' "$root$1"
  [ ! -s "$root$1.new" ]
}

# deb_sources CODENAME: the mirrors this machine's apt already uses, asked for that release: `bookworm-security main`
# becomes `trixie-security main`. apt lists them only when it has fetched them.
deb_sources() {
  local lines
  lines=$(listed_sources "$1")
  if [ -z "$lines" ]; then
    apt-get -q update >&2
    lines=$(listed_sources "$1")
  fi
  [ -n "$lines" ] || { echo "apt has no source of bookworm here: these roots are made on Debian 12" >&2; exit 1; }
  echo "$lines"
}

listed_sources() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  apt-get indextargets --format "deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) main" 'Created-By: Packages' |
    sed -nE "s/^(deb .*) bookworm(-updates|-security)? main\$/\1 $1\2 main/p" | sort -u
}

# package_repository: makes the packages in /var/local/repo the only ones that apt in there knows.
# `dpkg-scanpackages` would need a package of its own for these few lines.
package_repository() {
  (
    cd "$root/var/local/repo"
    for deb in *.deb; do
      dpkg-deb -f "$deb"
      printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
    done >Packages
  )
  chmod -R a+rX "$root/var/local/repo"
  rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*
  echo 'deb [trusted=yes] file:/var/local/repo ./' >"$root/etc/apt/sources.list"
  inside apt-get -q update
}

# unpacked CODENAME PACKAGES [OPTION…]: the root as mmdebstrap, with these options, makes it of packages alone
unpacked() {
  local codename=$1 packages=$2 sources
  shift 2
  sources=$(deb_sources "$codename")
  mmdebstrap --mode=root --variant=minbase --architectures=amd64 --include="$packages" \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt=path-exclude=/usr/share/man/* --dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-exclude=/usr/share/locale/* \
    --dpkgopt=path-exclude=/usr/share/info/* "$@" "$codename" "$root" - <<<"$sources"
  rm -f "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap "$root"/etc/resolv.conf
}

# bare_debian CODENAME: that release as its packages make it, with GRUB for BIOS and two kernels, and with what
# kdump-tools needs in a package repository inside, so that it can be installed without a network.
bare_debian() {
  local release older file
  # kdump-tools and what it needs and recommends are fetched while mmdebstrap's package lists are still there; the
  # packages already unpacked, the kernel's among them, would only make the repository large.
  unpacked "$1" systemd-sysv,udev,linux-image-amd64,initramfs-tools,zstd,grub-pc,e2fsprogs,kmod,procps,apt-utils \
    --customize-hook='chroot "$1" apt-get clean' \
    --customize-hook='chroot "$1" apt-get -q -y -o APT::Install-Recommends=true --download-only install kdump-tools' \
    --customize-hook='mkdir -p "$1/var/local/repo" && mv "$1"/var/cache/apt/archives/*.deb "$1/var/local/repo/"'

  package_repository

  echo kdump-lab >"$root/etc/hostname"
  printf '127.0.0.1 localhost kdump-lab\n' >"$root/etc/hosts"
  echo "UUID=$uuid / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"

  # A second kernel, an older one by its name, so that the menu has a submenu with more than one entry in it.
  release=$(cd "$root/boot" && ls vmlinuz-* | sed 's/^vmlinuz-//')
  older=$(first_build "$release")
  for file in vmlinuz initrd.img config System.map; do
    cp -p "$root/boot/$file-$release" "$root/boot/$file-$older"
  done

  # 10_linux writes root=UUID=… only when this name is there; it looks no further.
  mkdir -p "$root/dev/disk/by-uuid"
  touch "$root/dev/disk/by-uuid/$uuid"

  # The package database knows of the stand-in, so that an upgrade of grub-common would leave it alone.
  inside dpkg-divert --local --rename --divert /usr/sbin/grub-probe.distrib --add /usr/sbin/grub-probe
  put_grub_probe /usr/sbin/grub-probe /dev/vda1 ext2 ''
  mkdir -p "$root/boot/grub"
  inside update-grub
  prove_config /boot/grub/grub.cfg grub-script-check
  rm -rf "$root"/tmp/* "$root"/run/*
}

# 6.1.0-56-amd64 → 6.1.0-1-amd64, and as Debian 13 counts them 6.12.118+deb13-amd64 → 6.12.1+deb13-amd64
first_build() {
  local first
  first=$(sed -nE 's/^([0-9.]+)-[0-9]+-/\1-1-/p; s/^([0-9]+\.[0-9]+)\.[0-9]+\+/\1.1+/p' <<<"$1")
  [ -n "$first" ] && [ "$first" != "$1" ] || { echo "no older kernel can be named after $1" >&2; exit 1; }
  echo "$first"
}

# with_kdump_tools: the root below after `apt-get install kdump-tools`, answered as debconf answers by itself, without a
# network
with_kdump_tools() {
  start_from "$1"
  inside unshare --net apt-get -q -y install kdump-tools
  prove_config /boot/grub/grub.cfg grub-script-check
  grep -q ' crashkernel=' "$root/boot/grub/grub.cfg" # its drop-in was read
  [ "$(inside systemctl --root=/ is-enabled kdump-tools.service)" = enabled ]
  rm -rf "$root"/tmp/* "$root"/run/*
}
