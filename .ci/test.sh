#!/usr/bin/env bash
# The whole pyramid: form, builds for every system, tests. Ten minutes on two cores once the SDK is in Go's cache.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh

step "form"
files=$(git ls-files -co --exclude-standard '*.go' 2>/dev/null || find . -name '*.go' -not -path './.git/*')
bad=$(gofmt -l $files)
if [ -n "$bad" ]; then printf 'gofmt would change:\n%s\n' "$bad" >&2; exit 1; fi
sdk_notice
go vet ./...

step "static server"
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
CGO_ENABLED=0 GOGC=${GOGC:-50} go build -o "$bin/cordboard" .
"$bin/cordboard" version

step "windows and darwin compile"
.ci/cross.sh

step "tests"
rest=$(without_sdk)
linked=$(with_sdk)
failed=0
# The packages that hold real calls up to a clock run after the others, so that they have the machine to themselves.
alone=$(printf '%s\n' $rest | grep -xE 'cordboard/(server|server/(demo|lab|lab/peers|line|media)|session/console|softphone|audio(/audiotest)?)' || true)
beside=$(comm -23 <(printf '%s\n' $rest | sort) <(printf '%s\n' $alone | sort))
go test -race -count=1 -timeout 8m $beside || failed=1
[ -z "$alone" ] || go test -race -count=1 -p 1 -timeout 8m $alone || failed=1
# The sound card's tests without the race detector: its pointer checks refuse the small integers that the PortAudio
# binding hands to C as pointers, so the files that open a stream are left out above.
card=$(grep -l '^//go:build.*!race' audio/*_test.go softphone/*_test.go | xargs grep -h '^func Test' | sed 's/^func \(Test[A-Za-z0-9]*\).*/\1/' | paste -sd '|')
[ -n "$card" ] || { echo "no test of the sound card was found" >&2; failed=1; }
go test -count=1 -p 1 -timeout 5m -run "^($card)\$" ./audio ./softphone || failed=1
[ -z "$linked" ] || go test -count=1 -p 1 -timeout 8m $linked || failed=1
exit $failed
