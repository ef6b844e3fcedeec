# debian13-bare with kdump-tools: see with_kdump_tools.
. "$(dirname "$0")/common.sh"
with_kdump_tools "$2"
