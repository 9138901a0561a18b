#!/usr/bin/env bash
# Installs every package that building, testing and running mgec needs, on a Debian 12 with nothing installed by hand.
#
#   scripts/setup.sh            what the demo and the tests need
#   scripts/setup.sh --dev      also the formatter, the linter and the debugger
#   scripts/setup.sh --list     prints the packages and installs nothing
#
# Promises: changes nothing and returns at once where all is there; says what it is doing in single lines, and shows the
# package manager's output only if it fails. Needs root, or sudo without a password, only where something is missing.
# Everything comes from Debian's own suites: nothing is built here, and no Python package outside Debian is needed.
set -euo pipefail

packages=(
  # the compiler: MLIR and LLVM 22 from Debian's security suite, and what their CMake files look for
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools zlib1g-dev libzstd-dev
  # the toolchain; sanitizer and fuzzer runtimes come with libclang-rt-22-dev
  g++ clang-22 lld-22 libclang-rt-22-dev cmake ninja-build ccache git
  # libraries
  flatbuffers-compiler libflatbuffers-dev libgtest-dev libgmock-dev libcli11-dev nlohmann-json3-dev libfmt-dev libxxhash-dev libssl-dev openssl
  # the tests: other CPUs by emulation, a cross compiler, the scripts that compare arrays
  qemu-user g++-aarch64-linux-gnu libc6-dev-arm64-cross python3 python3-numpy
)
dev_packages=(clang-format-22 clang-tidy-22 gdb)

say() { printf '[setup] %s\n' "$*"; }
die() { printf '[setup] error: %s\n' "$*" >&2; exit 1; }

case "${1-}" in
  "") ;;
  --dev) packages+=("${dev_packages[@]}") ;;
  --list) printf '%s\n' "${packages[@]}"; exit 0 ;;
  *) die "unknown option '$1' (known: --dev, --list)" ;;
esac

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
  die "this script knows Debian 12 only; elsewhere, install the counterparts of: ${packages[*]}"

missing_packages() { # the packages of the list that are not installed, one a line
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${packages[@]}" 2>/dev/null | sed -n 's/^ii  *//p' || true)
  comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -eq 0 ]; then
  say "all ${#packages[@]} packages are there"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null ||
    die "packages are missing and this is not root: run 'sudo scripts/setup.sh' once (missing: ${missing[*]})"
  as_root=(sudo -n)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >>"$log" 2>&1; }
candidate() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p'; }

say "${#missing[@]} of ${#packages[@]} packages are missing; reading the package lists"
update_failed=
apt update || update_failed=1 # a source of no interest here may be out of reach: what counts is checked below

mlir=$(candidate libmlir-22-dev)
case "$mlir" in
  *22.1*) ;;
  *)
    cat "$log" >&2
    if [ -n "$update_failed" ]; then
      die "the package lists could not be read (the output is above)"
    fi
    [ -n "$mlir" ] && [ "$mlir" != "(none)" ] && die "MLIR 22.1 is needed, but libmlir-22-dev is offered as $mlir"
    die "no package source offers libmlir-22-dev. It is in Debian 12's security suite: add the suite 'bookworm-security'," \
      "component 'main', to the sources in /etc/apt and run this again"
    ;;
esac
for package in "${missing[@]}"; do
  offered=$(candidate "$package")
  [ -n "$offered" ] && [ "$offered" != "(none)" ] || {
    cat "$log" >&2
    die "no package source offers $package: the suites needed are 'bookworm' and 'bookworm-security', component 'main'"
  }
done

say "installing: ${missing[*]}"
say "(from nothing this is about 350 MB to fetch, 2.5 GB on disk and one to two minutes)"
start=$SECONDS
if ! apt install -y --no-install-recommends "${missing[@]}"; then
  tail -n 40 "$log" >&2
  die "apt-get install failed (the end of its output is above)"
fi
mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -eq 0 ] || die "apt-get succeeded, yet these are not installed: ${missing[*]}"
say "done in $((SECONDS - start)) s"
