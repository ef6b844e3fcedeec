#!/bin/bash
# root.sh CODENAME DIRECTORY KEY.pub NODE: a Debian root for a virtual machine, from packages only: kernel, GRUB, ssh,
# and in /var/local/repo everything the scenarios install later, so that the guest needs no network.
# The disk images of all layouts (test/vm/disk.ts) are made from it.
set -euo pipefail
codename=$1 root=$2 key=$3 node=$4
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8
exec </dev/null
umask 022

# The mirrors this machine's apt already uses, asked for that release. apt lists them only when it has fetched them.
targets() {
  apt-get indextargets --format "deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) main" 'Created-By: Packages' |
    sed -nE "s/ bookworm(-updates|-security)? main\$/ $codename\1 main/p" | sort -u
}
mapfile -t sources < <(targets)
if [ ${#sources[@]} = 0 ]; then
  apt-get -q update
  mapfile -t sources < <(targets)
fi
[ ${#sources[@]} -gt 0 ] || { echo "apt has no source of bookworm here: these machines are made on Debian 12" >&2; exit 1; }

download='chroot "$1" apt-get -q -y --download-only install'
extra=,util-linux-extra
[ "$codename" != bullseye ] || extra= # there it is all in util-linux
mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
  --include=systemd-sysv,dbus,udev,linux-image-amd64,initramfs-tools,zstd,grub-pc,openssh-server,iproute2,procps,kmod,e2fsprogs,xfsprogs,dosfstools,libstdc++6,apt-utils$extra \
  --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt=path-exclude=/usr/share/man/* --dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-exclude=/usr/share/locale/* \
  --dpkgopt=path-exclude=/usr/share/info/* \
  --customize-hook="$download -o APT::Install-Recommends=true kdump-tools crash" \
  --customize-hook="$download grub-efi-amd64 efibootmgr" \
  --customize-hook='mkdir -p "$1/var/local/repo" && mv "$1"/var/cache/apt/archives/*.deb "$1/var/local/repo/"' \
  "$codename" "$root" "${sources[@]}"
rm -f "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap "$root"/etc/resolv.conf

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
chroot "$root" apt-get -q update

echo vm >"$root/etc/hostname"
printf '127.0.0.1 localhost vm\n' >"$root/etc/hosts"
: >"$root/etc/machine-id"
install -d -m 700 "$root/root/.ssh"
install -m 600 "$key" "$root/root/.ssh/authorized_keys"
mkdir -p "$root/etc/ssh/sshd_config.d"
printf 'PermitRootLogin prohibit-password\nUseDNS no\n' >"$root/etc/ssh/sshd_config.d/vm.conf"
printf '[Match]\nName=e*\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n' >"$root/etc/systemd/network/10-vm.network"
chroot "$root" systemctl -q enable systemd-networkd ssh
chroot "$root" systemctl -q mask systemd-networkd-wait-online apt-daily.timer apt-daily-upgrade.timer \
  dpkg-db-backup.timer e2scrub_all.timer man-db.timer fstrim.timer e2scrub_reap.service systemd-logind.service

# Software emulation remembers translated code by address: with addresses that change, every program is translated
# anew (three times slower). norandmaps does the same for what starts before the sysctl.
echo 'kernel.randomize_va_space = 0' >"$root/etc/sysctl.d/vm.conf"
[ -e "$root/etc/default/grub" ] || cp "$root/usr/share/grub/default/grub" "$root/etc/default/grub"
sed -i -e 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=1/' \
  -e 's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200 norandmaps"/' "$root/etc/default/grub"
printf 'GRUB_TERMINAL="console serial"\nGRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"\n' >>"$root/etc/default/grub"
grep -q '^GRUB_CMDLINE_LINUX=.*ttyS0' "$root/etc/default/grub"

install -m 755 "$node" "$root/usr/local/bin/node"
chroot "$root" /usr/local/bin/node --version
rm -rf "$root"/tmp/* "$root"/run/*
