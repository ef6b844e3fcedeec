# debian12 dressed as Red Hat Enterprise Linux 8.10: files, names and entries as that release has them, and no package of its. The
# programs are Debian's (GRUB 2.06, systemd 252); its GRUB has no blscfg, so nothing here boots the menu.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/bls.sh"
title='Red Hat Enterprise Linux 8.10'
start_from "$2" "${parts[@]}"
dress bls
family rhel8 rhel
with_kernels "$2" 4.18.0-477.10.1.el8_8.x86_64 4.18.0-553.el8_10.x86_64
generated
for name in 4.18.0-477.10.1.el8_8.x86_64 4.18.0-553.el8_10.x86_64 "0-rescue-$(cat "$root/etc/machine-id")"; do
  entry "$name" "\$kernelopts \$tuned_params"
done
finished
