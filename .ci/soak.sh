#!/usr/bin/env bash
# Keeps a server at work for SOAK (default 30m), SOAK_RATE callers a second (default 2), and looks for what is left of them; then 4,100 plain calls.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
exec go test -tags soak -run "^TestSoak" -count=1 -timeout 24h ./server
