# debian12 dressed as Amazon Linux 2023: files, names and entries as that release has them, and no package of its. The
# programs are Debian's (GRUB 2.06, systemd 252); its GRUB has no blscfg, so nothing here boots the menu.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/bls.sh"
title='Amazon Linux 2023'
start_from "$2" "${parts[@]}"
dress bls
family amzn2023 amzn
with_kernels "$2" 6.1.94-99.176.amzn2023.x86_64
generated
entry 6.1.94-99.176.amzn2023.x86_64 "root=/dev/mapper/rl-root ro console=tty0 nvme_core.io_timeout=4294967295"
finished
