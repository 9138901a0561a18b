#!/usr/bin/env python3
"""Generated folders stand alone: they build with a C++17 compiler and CMake, without a warning, and each object file of an
instruction set shows its entry points and nothing else.

    objects.py --mgec build/bin/mgec --compiler g++ MODEL...       MODEL is a .mge, or the folder of a genuine case

A weak symbol (an inline function, a template, anything of the standard library) would be merged by the linker across
instruction sets, and the copy that stays may be one that the processor cannot run.
"""
import argparse
import os
import re

from mgectest import Case, fail, mgec, run, say, scratch
from manifest import manifest_of
from programs import cmake_build

TARGETS = ["x86-64-v4", "x86-64-v3", "generic"]
# All that kernels may call: copies, which compilers put in themselves, and the C library's functions of real numbers.
MATH = """exp exp2 expm1 log log2 log10 log1p pow sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc
          floor ceil round rint nearbyint trunc lround lrint fmod fabs fmin fmax fma ldexp""".split()
CALLED = {"memcpy", "memmove", "memset", "memcmp", "_GLOBAL_OFFSET_TABLE_"} | {name + suffix for name in MATH for suffix in ("", "f")}


def check_symbols(folder, build, name):
    """Every code_<target>.cpp.o below `build`."""
    variants = len(manifest_of(folder)["variants"])
    objects = {}
    for where, _, files in os.walk(build):
        objects.update({file: os.path.join(where, file) for file in files if file.startswith("code_") and file.endswith(".o")})
    if len(objects) != len(TARGETS):
        fail("%s: %d object files for %d targets" % (name, len(objects), len(TARGETS)))
    for target in TARGETS:
        tag = target.replace("-", "_")
        path = objects["code_%s.cpp.o" % tag]
        shown, called, merged = set(), set(), set()
        for line in run(["nm", path]).out.splitlines():
            kind, symbol = line.split()[-2:]
            if kind == "U":
                called.add(symbol)
            elif kind in "VvWwu":
                merged.add(symbol)
            elif kind.isupper():
                shown.add(symbol)
        if merged:
            fail("%s, %s: symbols that a linker merges: %s" % (name, target, ", ".join(sorted(merged))))
        entry = re.compile(r"mgec_forward_\w+_v(\d+)_%s$" % tag)
        numbers = sorted(int(match[1]) for match in map(entry.match, shown) if match)
        if len(shown) != variants or numbers != list(range(variants)):
            fail("%s, %s: defines %s, but is to define the entries of %d variants" % (name, target, ", ".join(sorted(shown)), variants))
        if called - CALLED:
            fail("%s, %s: calls %s" % (name, target, ", ".join(sorted(called - CALLED))))


def check(args, model):
    with scratch() as folder:
        if os.path.isdir(model):
            case = Case(model)
            name, path, shapes = os.path.basename(model), case.model, [w for part in case.parts for w in part.shapes()]
        else:
            name, path, shapes = os.path.basename(model), model, []
        source, build = os.path.join(folder, "source"), os.path.join(folder, "build")
        mgec(args.mgec, "compile", path, "-o", source, "--quiet", "--target", ",".join(TARGETS), *shapes)
        cmake_build(source, build, args.compiler, "-Wall -Wextra -Werror")
        check_symbols(source, build, name)
        say("%s: no warnings, %d object files with their entries only" % (name, len(TARGETS)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("models", nargs="+")
    args = parser.parse_args()
    bad = []
    for model in args.models:
        try:
            check(args, model)
        except SystemExit:
            bad.append(os.path.basename(model))
    if bad:
        fail("%d of %d models: %s" % (len(bad), len(args.models), ", ".join(bad)))


if __name__ == "__main__":
    main()
