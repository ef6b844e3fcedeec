# debian12 dressed as SLES 15 SP5: kdump 1.0.2 (the capture initrd in /boot)
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/suse.sh"
as_suse sles155 5.14.21-150500.55-default "$2"
