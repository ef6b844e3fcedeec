# Sourced by the scripts that make a machine's root, which are called as CODENAME DIRECTORY KEY.pub NODE. What they share
# with the roots of the tests is in scripts/roots/common.sh.
set -euo pipefail
codename=$1 key=$3 node=$4
. "$(dirname "$0")/../../scripts/roots/common.sh" "$2"
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8
exec </dev/null
umask 022

# debian PACKAGES [OPTION…]: the root as packages make it: kernel, GRUB for BIOS, ssh and these; mmdebstrap's options
debian() {
  local packages=$1 extra=,util-linux-extra
  shift
  [ "$codename" != bullseye ] || extra= # there it is all in util-linux
  unpacked "$codename" "systemd-sysv,dbus,udev,linux-image-amd64,zstd,grub-pc,openssh-server,iproute2,procps,kmod,e2fsprogs,xfsprogs,libstdc++6$extra,$packages" "$@"
}

# What makes it a machine of the bench: a name, ssh for the key, DHCP, no timers that work by themselves.
as_machine() {
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
}

# quick_boot ARGUMENTS: /etc/default/grub for the serial console, with these in GRUB_CMDLINE_LINUX and as quick as can be.
# Software emulation remembers translated code by address: with addresses that change, every program is translated
# anew (three times slower). norandmaps does the same for what starts before the sysctl.
quick_boot() {
  echo 'kernel.randomize_va_space = 0' >"$root/etc/sysctl.d/vm.conf"
  sed -i -e 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=1/' \
    -e "s/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX=\"$1console=tty0 console=ttyS0,115200 norandmaps\"/" "$root/etc/default/grub"
  printf 'GRUB_TERMINAL="console serial"\nGRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"\n' >>"$root/etc/default/grub"
  grep -q '^GRUB_CMDLINE_LINUX=.*ttyS0' "$root/etc/default/grub"
}

# The program that runs the tool, and nothing left over.
finish() {
  install -m 755 "$node" "$root/usr/local/bin/node"
  chroot "$root" /usr/local/bin/node --version
  rm -rf "$root"/tmp/* "$root"/run/*
}
