#!/usr/bin/env bash
# Builds everything and runs the tests.
#
#   scripts/test.sh                    every test
#   scripts/test.sh --fast             those labelled `fast`: under a minute, for the daily loop
#   scripts/test.sh --preset asan      with another preset (dev, release, gcc, asan, tsan, fuzz; default release)
#   scripts/test.sh -- -R conv -V      what follows -- goes to ctest
#
# The last lines are ctest's summary; the exit status is 0 only if tests ran and all of them passed.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=release
select=()
while [ $# -gt 0 ]; do
  case "$1" in
    --fast) select+=(-L '^fast$') ;;
    --preset) preset=${2:?--preset needs a name}; shift ;;
    --) shift; break ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' scripts/test.sh; exit 0 ;;
    *) echo "unknown option '$1' (known: --fast, --preset NAME, -- CTEST_OPTIONS)" >&2; exit 2 ;;
  esac
  shift
done

scripts/setup.sh
scripts/build.sh "$preset"
exec ctest --preset "$preset" --parallel "${MGEC_JOBS:-$(nproc)}" "${select[@]}" "$@"
