#!/usr/bin/env bash
# The linters of .golangci.yml, by the version in .ci/tools.mod, which keeps its modules out of go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
sdk_notice
exec go tool -modfile=.ci/tools.mod golangci-lint run "$@" ./...
