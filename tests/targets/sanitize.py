#!/usr/bin/env python3
"""Generated code and the runtime under the address and undefined-behaviour sanitizers.

    sanitize.py --mgec build/bin/mgec --compiler clang++-22 --build FOLDER

Compiles examples/digits and tests/data/models/multi_io to sources, builds them with the runtime into one program with the
sanitizers on, and runs it on one and on three threads. Any finding ends the program.
"""
import argparse
import os
import shutil

import numpy as np

from mgectest import DIGITS, TESTS, Case, compare, mgec, say, scratch
from programs import build_program, run_driver

FLAGS = "-fsanitize=address,undefined -fno-sanitize=vptr,function -fno-sanitize-recover=all -fno-omit-frame-pointer -g1"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--build", required=True)
    args = parser.parse_args()
    model = os.path.join(DIGITS, "digits.mge")
    case = Case(os.path.join(TESTS, "data", "models", "multi_io"))
    networks = [os.path.join(args.build, name) for name in ("digits", "multi_io")]
    for path in networks:
        shutil.rmtree(path, ignore_errors=True)
    targets = ["--quiet", "--target", "native,generic"]
    mgec(args.mgec, "compile", model, "-o", networks[0], "--shape", "data=Nx1x8x8", *targets)
    shapes = [word for part in case.parts for word in part.shapes()]
    mgec(args.mgec, "compile", case.model, "-o", networks[1], "--name", "multi_io", *targets, *shapes)
    program = build_program(os.path.join(args.build, "program"), args.compiler, FLAGS, networks)
    changes = {"ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
    with scratch() as folder:
        images, expected = np.load(os.path.join(DIGITS, "images.npy")), np.load(os.path.join(DIGITS, "expected.npy"))
        for isa in ("native", "generic"):
            for threads in (1, 3):
                changes["MGEC_ISA"] = isa
                got = run_driver([program], model, folder, {"data": images}, threads, **changes)[0]
                compare(got, expected, {"atol": 1e-4, "rtol": 0}, "digits, %s, %d threads" % (isa, threads))
                for part in case.parts:
                    inputs = {name: np.load(path) for name, path in part.inputs.items()}
                    outputs = run_driver([program], case.model, folder, inputs, threads, **changes)
                    for array, (name, path) in zip(outputs, part.outputs):
                        compare(array, np.load(path), case.tolerance, "multi_io, %s, %d threads, %s" % (isa, threads, name))
        say("no findings")


if __name__ == "__main__":
    main()
