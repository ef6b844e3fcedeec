#!/bin/bash
# vm.sh [OPTION…] [SCENARIO…]: installs what the bench of virtual machines needs, builds the tool and the bench, and runs
# it (--help lists options and scenarios). The last line is the count. Images are kept under .cache/vm (some GB).
set -euo pipefail
project=$(dirname "$(dirname "$(realpath "$0")")")
cd "$project"
. scripts/need.sh
export PATH=$project/node_modules/.bin:$PATH:/usr/sbin:/sbin
exec </dev/null
[ "$(id -u)" = 0 ] || die "npm run test:vm must run as root: it makes Debian roots with chroot."
[ "$(uname -m)" = x86_64 ] || die "npm run test:vm is for x86_64."
need qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils mmdebstrap:mmdebstrap mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs \
  mkfs.vfat:dosfstools grub-fstest:grub-common sfdisk:fdisk ssh:openssh-client setpriv:util-linux dpkg-deb:dpkg \
  @/usr/share/OVMF/OVMF_CODE_4M.fd:ovmf @/usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring
node scripts/build.mjs
esbuild test/vm/main.ts --bundle --packages=external --platform=node --format=esm --target=node20 --outfile=build/vm/main.mjs --log-level=warning
# the bundle as it is now, whatever is built in dist/ while the bench runs
cp dist/kdump-setup.cjs build/vm/kdump-setup.cjs
KDUMP_VM_TOOL=$(git describe --always --dirty --abbrev=10 2>/dev/null || echo 'no commit')
export KDUMP_VM_TOOL
say "kdump-setup of $KDUMP_VM_TOOL"
mkdir -p .cache/vm
exec 9>.cache/vm/.lock
flock -n 9 || die "another run of the bench is under way"
exec node --enable-source-maps build/vm/main.mjs "$@"
