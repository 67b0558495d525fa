# Sourced by the scripts beside it: finds Go, and keeps the one large compilation within the machine's memory.
if ! command -v go >/dev/null && [ -x /usr/local/go/bin/go ]; then PATH=/usr/local/go/bin:$PATH; export PATH; fi

sdk=github.com/microsoftgraph/msgraph-sdk-go/models

step() { printf '\n== %s\n' "$*"; }

# sdk_notice tells once why the first build takes long: the Microsoft Graph SDK is by far the largest thing that is compiled.
sdk_notice() {
  [ -n "$(go list -e -deps -f "{{if and .Stale (eq .ImportPath \"$sdk\")}}stale{{end}}" . 2>/dev/null)" ] || return 0
  local free
  free=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo 2>/dev/null || true)
  if [ -n "$free" ] && [ "$free" -lt 6000 ] && [ -z "${GOGC:-}" ]; then
    export GOGC=25
    echo "The Microsoft Graph SDK is compiled once: with ${free} MB of memory free the compiler collects more often (GOGC=25), about 3 minutes."
  else
    echo "The Microsoft Graph SDK is compiled once, 1 to 2 minutes and up to 4.9 GB of memory; after that it comes from Go's cache."
  fi
}

# with_sdk and without_sdk list our packages by whether they or their tests link the Graph SDK, which the race detector would compile once more.
with_sdk() { go list -test -f '{{$p := .}}{{range .Deps}}{{if eq . "'$sdk'"}}{{$p.ImportPath}}{{end}}{{end}}' ./... | sed 's/ .*//; s/\.test$//; s/_test$//' | sort -u; }
without_sdk() { comm -23 <(go list ./... | sort) <(with_sdk); }
