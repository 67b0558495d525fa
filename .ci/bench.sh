#!/usr/bin/env bash
# The benchmarks, each against what it is measured beside in the same run. BENCH=pattern picks some.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
go test -run '^$' -bench "${BENCH:-.}" -benchmem -p 1 -timeout 60m $(without_sdk)
