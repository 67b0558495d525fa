#!/usr/bin/env bash
# Puts the program, its manual pages and its completions where a system looks for them: DESTDIR, PREFIX (/usr/local).
# CORDBOARD names another program than bin/cordboard.
set -euo pipefail
cd "$(dirname "$0")/.."
to=${DESTDIR:-}${PREFIX:-/usr/local}
program=${CORDBOARD:-bin/cordboard}
install -d "$to/bin" "$to/share/man/man1" "$to/share/bash-completion/completions" "$to/share/zsh/site-functions" "$to/share/fish/vendor_completions.d"
install -m 755 "$program" "$to/bin/cordboard"
"$program" man "$to/share/man/man1"
"$program" completion bash >"$to/share/bash-completion/completions/cordboard"
"$program" completion zsh >"$to/share/zsh/site-functions/_cordboard"
"$program" completion fish >"$to/share/fish/vendor_completions.d/cordboard.fish"
echo "installed below $to: bin/cordboard, its manual pages, and completions for bash, zsh and fish"
