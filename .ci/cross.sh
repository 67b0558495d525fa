#!/usr/bin/env bash
# Compiles everything for the systems that this machine is not. Without cgo: the console there has no sound yet.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
for os in ${CROSS:-windows darwin}; do
  CGO_ENABLED=0 GOOS=$os go build $(without_sdk)
  echo "$os: compiles"
done
