#!/bin/bash
# test.sh [WORD…]: installs what the tests need, makes the roots, checks types and style, builds, and runs the tests
# (with words only the test files whose path contains one of them). The last line is the count; it fails when
# anything failed or nothing ran.
set -euo pipefail
project=$(dirname "$(dirname "$(realpath "$0")")")
cd "$project"
. scripts/need.sh
export PATH=$project/node_modules/.bin:$PATH:/usr/sbin:/sbin
exec </dev/null
started=$SECONDS
failed=()
# stage NAME COMMAND…: its output is shown only when it fails; the tests run all the same
stage() {
  local name=$1 log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    say "✓ $name"
  else
    cat "$log" >&2
    say "✗ $name FAILED"
    failed+=("$name")
  fi
  rm -f "$log"
}

# The programs that judge. What cannot be installed makes its tests skip, each with the reason.
need dash:dash grub-script-check:grub-common tmux:tmux strace:strace unshare:util-linux mkfs.xfs:xfsprogs \
  mkfs.ext4:e2fsprogs getfattr:attr setfacl:acl findmnt:mount systemctl:systemd xz:xz-utils pgrep:procps \
  zsh:zsh fish:fish cryptsetup:cryptsetup-bin || say "NOT EVERY JUDGE IS HERE: tests that need a missing one are skipped or fail."
need oscap:openscap-scanner xmllint:libxml2-utils @/usr/bin/python3:python3 \
  @/usr/lib/python3/dist-packages/jsonschema:python3-jsonschema \
  @/usr/lib/python3/dist-packages/junitparser:python3-junitparser \
  @/usr/lib/python3/dist-packages/prometheus_client:python3-prometheus-client || say "NO JUDGES OF REPORTS: tests of an audit's formats are skipped."
if [ "$(id -u)" = 0 ] && [ "$(uname -m)" = x86_64 ]; then
  bash scripts/roots.sh || failed+=("the test roots")
  bash scripts/dumps.sh || failed+=("the saved dumps")
else
  say "NO ROOTS: only root on x86_64 can make them; every test that works on one is skipped."
fi
node16=$(bash scripts/node16.sh) || node16=
export KDUMP_TEST_NODE16=$node16

stage "types" tsc --noEmit
stage "style" biome ci --colors=off .
stage "dead code" knip --no-progress
stage "bundle" node scripts/build.mjs
stage "tests built" node scripts/build-tests.mjs

mapfile -t tests < <(find build/test -name '*.test.js' 2>/dev/null | sort)
if [ $# -gt 0 ]; then
  mapfile -t tests < <(printf '%s\n' "${tests[@]}" | grep -F -f <(printf '%s\n' "$@") || true)
  say "Only the test files whose path contains: $*"
fi
TEST_STAGES_FAILED=$(printf '%s\n' "${failed[@]}")
export TEST_STAGES_FAILED
if [ ${#tests[@]} = 0 ] || [ -z "${tests[0]}" ]; then
  say "No test file to run."
  echo "0 passed, ${#failed[@]} failed"
  exit 1
fi

# Everything the tests leave behind, should one be killed, is below this directory or mounted in this namespace.
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/kdump-test.XXXXXX")
export TMPDIR
trap 'rm -rf --one-file-system -- "$TMPDIR"' EXIT
chmod 755 "$TMPDIR"
namespace=()
[ "$(id -u)" != 0 ] || namespace=(unshare --mount --propagation private)
[ -t 1 ] || export NO_COLOR=1
say "Tests start after $((SECONDS - started)) s"
code=0
"${namespace[@]}" node --enable-source-maps --test --test-concurrency=2 --test-reporter="$project/scripts/reporter.mjs" \
  --test-reporter-destination=stdout "${tests[@]}" || code=$?
[ ${#failed[@]} = 0 ] || code=1
exit "$code"
