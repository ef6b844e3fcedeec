# debian12 dressed as SLES 16.0: kdump 2.1.6, with the service that writes KDUMP_CRASHKERNEL into the boot loader
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/suse.sh"
as_suse sles16 6.12.0-160000.5-default "$2" usr
