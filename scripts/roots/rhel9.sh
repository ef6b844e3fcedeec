# debian12 dressed as Red Hat Enterprise Linux 9.4: files, names and entries as that release has them, and no package of its. The
# programs are Debian's (GRUB 2.06, systemd 252); its GRUB has no blscfg, so nothing here boots the menu.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/bls.sh"
title='Red Hat Enterprise Linux 9.4'
start_from "$2" "${parts[@]}"
dress bls
family rhel9 rhel
with_kernels "$2" 5.14.0-362.8.1.el9_3.x86_64 5.14.0-427.13.1.el9_4.x86_64
generated
line=$(cat "$root/etc/kernel/cmdline")
entry 5.14.0-362.8.1.el9_3.x86_64 "$line"
entry 5.14.0-427.13.1.el9_4.x86_64 "$line \$tuned_params"
entry "0-rescue-$(cat "$root/etc/machine-id")" "$line"
finished
