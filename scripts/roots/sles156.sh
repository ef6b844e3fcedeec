# debian12 dressed as openSUSE Leap 15.6: kdump 2.0.6
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/el7.sh"
. "$(dirname "$0")/suse.sh"
as_suse sles156 6.4.0-150600.21-default "$2"
