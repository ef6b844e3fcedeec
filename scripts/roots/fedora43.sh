# debian12 dressed as Fedora Linux 43: files, names and entries as that release has them, and no package of its. The
# programs are Debian's (GRUB 2.06, systemd 252); its GRUB has no blscfg, so nothing here boots the menu.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/bls.sh"
title='Fedora Linux 43'
start_from "$2" "${parts[@]}"
dress bls
family fedora43 fedora
with_kernels "$2" 6.16.8-200.fc43.x86_64 6.17.1-300.fc43.x86_64
generated
line=$(cat "$root/etc/kernel/cmdline")
entry 6.16.8-200.fc43.x86_64 "$line"
entry 6.17.1-300.fc43.x86_64 "$line"
entry "0-rescue-$(cat "$root/etc/machine-id")" "$line"
finished
