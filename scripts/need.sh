# Sourced. need PROGRAM:PACKAGE… installs the packages of the programs that are missing, with apt.
# `@FILE:PACKAGE` asks for a file instead of a program.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

need() {
  local item what package
  local -a missing=()
  for item in "$@"; do
    what=${item%%:*} package=${item#*:}
    case $what in
      @*) [ -e "${what#@}" ] || missing+=("$package") ;;
      *) PATH=$PATH:/usr/sbin:/sbin command -v "$what" >/dev/null || missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    say "Missing: ${missing[*]}. Only root can install them: apt-get install --no-install-recommends ${missing[*]}"
    return 1
  fi
  command -v apt-get >/dev/null || {
    say "Missing: ${missing[*]}, and there is no apt-get here to install them (these scripts are for Debian 12)."
    return 1
  }
  say "Installing with apt: ${missing[*]}"
  apt_install "${missing[@]}" || {
    apt_quiet update || return 1
    apt_install "${missing[@]}" || { say "apt-get could not install: ${missing[*]}"; return 1; }
  }
}

# What apt says is shown only when it fails.
apt_quiet() {
  local log
  log=$(mktemp)
  if DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
}
# The first attempt may only fail because the package lists were never fetched or are stale.
apt_install() { apt_quiet -y --no-install-recommends install "$@"; }
