# debian12-bare after `apt-get install kdump-tools`, answered as debconf answers by itself, without a network.
. "$(dirname "$0")/common.sh"
start_from "$2"
inside unshare --net apt-get -q -y install kdump-tools
prove_config /boot/grub/grub.cfg grub-script-check
grep -q ' crashkernel=' "$root/boot/grub/grub.cfg" # its drop-in was read
[ -L "$root/etc/systemd/system/basic.target.wants/kdump-tools.service" ]
rm -rf "$root"/tmp/* "$root"/run/*
