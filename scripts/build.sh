#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json into build/PRESET.
#
#   scripts/build.sh [PRESET [TARGET...]]      default: release, everything
#
# Promises: after building `release`, build/bin and build/lib are links to its programs and libraries, so that
# build/bin/mgec and build/lib/libmgec_lite.so are the optimised ones whatever else was built. On a terminal the build
# shows its progress; elsewhere a line now and then, and the end of the log if it fails.
# MGEC_JOBS sets the number of parallel jobs; by default one a core, and no more than memory for 1.5 GB each allows.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' scripts/build.sh; }
for word; do
  case $word in
    -h | --help) usage; exit 0 ;;
    -*) printf '%s: there is no option %s\n\n' "$0" "$word" >&2; usage >&2; exit 2 ;;
  esac
done
preset=${1-release}
shift || true
if ! grep -q "\"name\": \"$preset\"" CMakePresets.json || [ "$preset" = base ]; then
  printf '%s: there is no preset %s; there are:%s\n' "$0" "$preset" \
    "$(sed -n 's/.*"name": "\([a-z]*\)", "configurePreset".*/ \1/p' CMakePresets.json | sort -u | tr -d '\n')" >&2
  exit 2
fi
tree=build/$preset
log=$tree/build.log

say() { printf '[build] %s\n' "$*"; }

default_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
  echo $((memory < 1 ? 1 : memory < cores ? memory : cores))
}
jobs=${MGEC_JOBS:-$(default_jobs)}

logged() { # runs a command with its output in $log, or on the terminal; says where it stands every 30 s; fails as it fails
  if [ -t 1 ]; then
    "$@"
    return
  fi
  "$@" >>"$log" 2>&1 &
  local pid=$! next=$((SECONDS + 30))
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ $SECONDS -ge $next ]; then
      say "$(tail -n 1 "$log" | cut -c1-110)"
      next=$((SECONDS + 30))
    fi
  done
  wait "$pid" && return
  # the errors themselves where they can be told: parallel jobs go on for a while after one has failed
  grep -E -A 6 '(error:|FAILED:|CMake Error)' "$log" | head -n 60 >&2 || tail -n 20 "$log" >&2
  say "failed; the whole log is $log" >&2
  return 1
}

mkdir -p "$tree"
: >"$log"
start=$SECONDS
if [ ! -f "$tree/build.ninja" ] || [ CMakePresets.json -nt "$tree/build.ninja" ]; then
  say "configuring $preset"
  logged cmake --preset "$preset"
fi
say "building $preset${*:+: $*} with $jobs job(s)"
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
NINJA_STATUS='[%f/%t] ' logged cmake --build "$tree" --parallel "$jobs" "${targets[@]}"

if [ "$preset" = release ]; then
  for part in bin lib; do
    [ -L "build/$part" ] || rm -rf "build/$part"
    ln -sfn "release/$part" "build/$part"
  done
fi
say "built in $((SECONDS - start)) s"
