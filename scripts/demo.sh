#!/usr/bin/env bash
# The demonstration: from a bare Debian 12 to a compiled network that reads real handwriting.
#
#   scripts/demo.sh
#
# Installs what is missing, builds the compiler and the runtime, lets the compiler turn examples/digits/digits.mge into C++
# and that into a library, links it to a program written for MegEngine Lite, and runs the program on pictures that
# the network has not been trained on. The exit status is that of the program.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
scripts/build.sh release mgec mgec_lite digits
printf '\n60 handwritten digits, and what the compiled network reads (the probability in %%):\n\n'
build/bin/digits examples/digits/digits.mge
cat <<'TEXT'

The program:            examples/digits/digits.cpp
The model:              examples/digits/digits.mge         (build/bin/mgec info examples/digits/digits.mge)
The C++ made from it:   build/release/examples/digits_network/source
TEXT
