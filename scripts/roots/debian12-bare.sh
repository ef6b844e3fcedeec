# Debian 12 as its packages make it, with GRUB for BIOS and two kernels, and with what kdump-tools needs in a
# package repository inside (/var/local/repo), so that the installation can be tested without a network.
. "$(dirname "$0")/common.sh"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The sources this machine's apt already uses. It lists them only when it has fetched them.
targets() {
  apt-get indextargets --format "deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) main" 'Created-By: Packages' |
    grep -E '^deb .* bookworm(-updates|-security)? main$' | sort -u
}
mapfile -t sources < <(targets)
if [ ${#sources[@]} = 0 ]; then
  apt-get -q update
  mapfile -t sources < <(targets)
fi
[ ${#sources[@]} -gt 0 ] || { echo "apt has no source of bookworm here: these roots are made on Debian 12" >&2; exit 1; }

# kdump-tools and what it needs and recommends are fetched while mmdebstrap's package lists are still there.
mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
  --include=systemd-sysv,udev,linux-image-amd64,initramfs-tools,zstd,grub-pc,e2fsprogs,kmod,procps,apt-utils \
  --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt=path-exclude=/usr/share/man/* --dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-exclude=/usr/share/locale/* \
  --dpkgopt=path-exclude=/usr/share/info/* \
  --customize-hook='chroot "$1" apt-get -q -y -o APT::Install-Recommends=true --download-only install kdump-tools' \
  --customize-hook='mkdir -p "$1/var/local/repo" && mv "$1"/var/cache/apt/archives/*.deb "$1/var/local/repo/"' \
  bookworm "$root" "${sources[@]}"
rm -f "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap "$root"/etc/resolv.conf

# The repository. `dpkg-scanpackages` would need a package of its own for these few lines.
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

echo kdump-lab >"$root/etc/hostname"
printf '127.0.0.1 localhost kdump-lab\n' >"$root/etc/hosts"
echo "UUID=$uuid / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"

# A second kernel, an older one by its name, so that the menu has a submenu with more than one entry in it.
release=$(cd "$root/boot" && ls vmlinuz-* | sed 's/^vmlinuz-//')
older=${release%%-*}-1-amd64
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
