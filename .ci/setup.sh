#!/usr/bin/env bash
# Installs what this machine lacks to build, run or test cordboard, and says what it installs.
# usage: .ci/setup.sh [build] [run] [peers] [pictures]     without a word: build run peers
# On Debian and its children as root, or with sudo, it installs; elsewhere it names what is missing and how to get it.
set -euo pipefail
cd "$(dirname "$0")/.."

# what it serves -> Debian packages
declare -A packages=(
  [build]="gcc libc6-dev pkg-config portaudio19-dev libasound2-dev"
  [run]="libasound2-plugins"
  [peers]="pulseaudio pulseaudio-utils sox espeak-ng sip-tester kamailio kamailio-tls-modules rtpengine-daemon baresip-core coturn tmux tshark iproute2 openssl libspandsp-dev"
  [pictures]="tmux"
)
declare -A why=(
  [build]="to compile the console with its sound (PortAudio)"
  [run]="to reach the sound server of the desktop"
  [peers]="to test against phones, SBCs and sound that are not ours"
  [pictures]="to draw the README's pictures"
)

say() { printf 'setup: %s\n' "$*"; }

# Go is not installed here: distributions often carry one that is too old.
go_wanted=$(awk '$1 == "go" {print $2; exit}' go.mod)
if ! command -v go >/dev/null && [ -x /usr/local/go/bin/go ]; then PATH=/usr/local/go/bin:$PATH; fi
if ! command -v go >/dev/null; then
  say "Go is missing. Install Go $go_wanted or newer from https://go.dev/dl/ (unpack to /usr/local/go)." >&2
  say "Debian 12's own golang (1.19) is too old; golang from bookworm-backports or Debian 13 fetches $go_wanted by itself." >&2
  exit 1
fi
go_have=$(GOTOOLCHAIN=local go env GOVERSION); go_have=${go_have#go}
if [ "$(printf '%s\n' 1.21 "$go_have" | sort -V | head -n 1)" != 1.21 ]; then
  say "Go $go_have is too old: go.mod wants $go_wanted. Install it from https://go.dev/dl/." >&2
  exit 1
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  case "$(uname -s)" in
    Darwin)
      for tool in pkg-config; do command -v $tool >/dev/null || say "missing: $tool. brew install pkg-config"; done
      pkg-config --exists portaudio-2.0 2>/dev/null || say "missing: PortAudio, for sound in the console. brew install portaudio (without it: CGO_ENABLED=0, no sound)"
      ;;
    *)
      command -v gcc >/dev/null || command -v cc >/dev/null || say "missing: a C compiler (without it: CGO_ENABLED=0, no sound)"
      pkg-config --exists portaudio-2.0 2>/dev/null || say "missing: the PortAudio headers. Fedora: portaudio-devel · Arch: portaudio · Alpine: portaudio-dev"
      ;;
  esac
  case " ${*:-build run peers} " in *" peers "*)
    for tool in pulseaudio pactl sox espeak-ng sipp kamailio rtpengine baresip turnserver tmux tshark ip openssl; do
      command -v "$tool" >/dev/null || say "missing for the tests with real peers: $tool"
    done
    say "the tests with real peers are made for Debian; run them there, or in a container of it";;
  esac
  exit 0
fi

[ $# -gt 0 ] || set -- build run peers
missing=()
for kind in "$@"; do
  [ -n "${packages[$kind]:-}" ] || { say "no such part: $kind (build, run, peers, pictures)" >&2; exit 2; }
  lacks=()
  for p in ${packages[$kind]}; do
    dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || lacks+=("$p")
  done
  if [ ${#lacks[@]} -gt 0 ]; then
    say "installing ${lacks[*]}: ${why[$kind]}"
    missing+=("${lacks[@]}")
  fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { say "not root and no sudo. As root: apt-get install ${missing[*]}" >&2; exit 1; }
  root=(sudo)
fi
# The peers are started by the tests, on ports of their own: the packages must not start theirs.
held=
if [ ! -e /usr/sbin/policy-rc.d ]; then
  held=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee $held >/dev/null
  "${root[@]}" chmod +x $held
  trap '"${root[@]}" rm -f $held' EXIT
fi
log=$(mktemp)
install() { DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get -y -q -o DPkg::Lock::Timeout=120 install --no-install-recommends "${missing[@]}"; }
if ! install >"$log" 2>&1; then
  "${root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 update >"$log" 2>&1 && install >>"$log" 2>&1 ||
    { cat "$log" >&2; say "could not install ${missing[*]}" >&2; exit 1; }
fi
rm -f "$log"
say "installed"
