#!/usr/bin/env bash
# Compiles everything for the systems that this machine is not. Without cgo: the console there has no sound yet.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
export CGO_ENABLED=0 GOGC=${GOGC:-50}
for os in ${CROSS:-windows darwin}; do
  GOOS=$os go build ./...
  echo "$os: compiles"
done
