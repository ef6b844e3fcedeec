#!/bin/bash
# screenshots.sh DIR PAGE.html…: pictures of pages in a real browser, each light and dark, on a wide and on a narrow
# screen, as DIR/PAGE-WIDTH-SCHEME.png. Installs chromium where it is missing; without it, it fails.
set -euo pipefail
project=$(dirname "$(dirname "$(realpath "$0")")")
. "$project/scripts/need.sh"
need chromium:chromium
into=$(realpath "$1")
shift
profile=$(mktemp -d)
trap 'rm -rf -- "$profile"' EXIT
for page; do
  name=$(basename "$page" .html)
  for width in 1280 400; do
    for scheme in light dark; do
      dark=()
      [ $scheme = light ] || dark=(--force-dark-mode)
      # a chromium of root has no sandbox; it reads a page that loads nothing
      timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
        --window-size="$width,${SCREENSHOT_HEIGHT:-2400}" "${dark[@]}" \
        --screenshot="$into/$name-$width-$scheme.png" "file://$(realpath "$page")" >"$profile/log" 2>&1 ||
        { cat "$profile/log" >&2; exit 1; }
    done
  done
done
