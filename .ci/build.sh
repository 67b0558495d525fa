#!/usr/bin/env bash
# Builds bin/cordboard: with sound where there is a C compiler and PortAudio, else without.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
sdk_notice
if [ "${CGO_ENABLED:-}" != 0 ] && ! { command -v "$(go env CC)" >/dev/null && pkg-config --exists portaudio-2.0 2>/dev/null; }; then
  echo "building without sound: no C compiler or no PortAudio headers"
  export CGO_ENABLED=0
fi
mkdir -p bin
go build -o bin/ .
