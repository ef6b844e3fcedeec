# debian12 dressed as Red Hat Enterprise Linux 10.0: files, names and entries as that release has them, and no package of its. The
# programs are Debian's (GRUB 2.06, systemd 252); its GRUB has no blscfg, so nothing here boots the menu.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/bls.sh"
title='Red Hat Enterprise Linux 10.0'
start_from "$2" "${parts[@]}"
dress bls
family rhel10 rhel
with_kernels "$2" 6.12.0-55.9.1.el10_0.x86_64
generated
line=$(cat "$root/etc/kernel/cmdline")
entry 6.12.0-55.9.1.el10_0.x86_64 "$line"
entry "0-rescue-$(cat "$root/etc/machine-id")" "$line"
finished
