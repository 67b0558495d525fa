#!/usr/bin/env bash
# Draws the README's pictures from the real screen: the demonstration in tmux, its keys, and what stands there.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
out=docs/pictures
mkdir -p $out
tmp=$(mktemp -d)
go build -o "$tmp/svg" .ci/svg.go
tm() { tmux -L "cordboard-pictures-$$" "$@"; }
trap 'tm kill-server 2>/dev/null || true; rm -rf "$tmp"' EXIT

# until TEXT: waits until it stands on the screen.
until_shown() {
  for _ in $(seq 300); do
    if tm capture-pane -p -t demo | grep -qF -- "$1"; then return 0; fi
    sleep 0.1
  done
  echo "pictures: \"$1\" did not appear; the screen:" >&2
  tm capture-pane -p -t demo >&2
  return 1
}
shot() { sleep 0.4; tm capture-pane -e -p -t demo | "$tmp/svg" >"$out/$1.svg"; echo "$out/$1.svg"; }
key() { tm send-keys -t demo "$@"; }

program=${PROGRAM:-bin/cordboard}
COLORTERM=truecolor tm -f /dev/null new-session -d -s demo -x 120 -y 30 "env TERM=tmux-256color COLORTERM=truecolor LANG=C.UTF-8 $program demo --audio none 2>$tmp/log"
tm set -g default-terminal tmux-256color
tm set -g status off
. .ci/pictures.keys
