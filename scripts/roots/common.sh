# Sourced by the scripts beside it. They are called with the directory to make and, if any, the root it starts from.
set -euo pipefail
project=$(dirname "$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")")
root=$1
uuid=1e0f3c5a-6b7d-4e8f-9a0b-1c2d3e4f5a6b

# A program of the root, with a /proc and process numbers of its own; mounts and children end with it.
inside() {
  unshare --mount --propagation private --pid --fork --kill-child \
    sh -c 'root=$1; shift; mount -t proc proc "$root/proc" && exec chroot "$root" "$@"' sh "$root" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# put_grub_probe PATH DEVICE FS ABSTRACTION
put_grub_probe() {
  sed -e "s|@DEVICE@|$2|; s|@UUID@|$uuid|; s|@FS@|$3|; s|@ABSTRACTION@|$4|" \
    "$project/test/support/grub-probe.sh" >"$root$1"
  chmod 755 "$root$1"
}

# start_from PARENT [PATTERN…]: a copy of that root, without what the patterns (of tar) name
start_from() {
  local from=$1 pattern
  local -a without=()
  shift
  for pattern in "$@"; do without+=("--exclude=$pattern"); done
  mkdir -p "$root"
  tar --one-file-system --xattrs --xattrs-include='*' --numeric-owner -C "$from" "${without[@]}" -cf - . |
    tar --xattrs --xattrs-include='*' --numeric-owner -C "$root" -xpf -
}

# dress NAME: our own files over it, owned by root
dress() {
  tar -C "$project/test/support/dress/$1" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -cf - . |
    tar --numeric-owner --no-overwrite-dir -C "$root" -xpf -
}

# What every root must be before it is used: a configuration GRUB accepts, with an entry in it.
prove_config() { # prove_config FILE SCRIPT-CHECK
  inside "$2" "$1"
  grep -Eq '^[[:space:]]+linux(16|efi)?[[:space:]]' "$root$1"
  [ ! -s "$root$1.new" ]
}
