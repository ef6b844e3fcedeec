# Debian 11 without kdump-tools: see bare_debian.
. "$(dirname "$0")/common.sh"
bare_debian bullseye
