#!/usr/bin/env python3
"""Generated code and the runtime under the address and undefined-behaviour sanitizers.

    sanitize.py --mgec build/bin/mgec --compiler clang++-22 --build FOLDER

Compiles examples/digits and small genuine cases (several shapes, depthwise, Winograd, bytes, maps in channel blocks) to sources,
builds them with the runtime into one program with the sanitizers on, and runs it on one and on three threads. Whole networks are
built for native and generic; the others for native and, a second time, for x86-64-v3 alone, whose blocks of 8 channels differ from
native's where that has AVX-512. MGEC_ISA picks one of them. Any finding ends the program.
"""
import argparse
import os
import shutil

import numpy as np

from mgectest import DIGITS, TESTS, Case, compare, mgec, processor_levels, say, scratch
from programs import build_program, run_driver

FLAGS = "-fsanitize=address,undefined -fno-sanitize=vptr,function -fno-sanitize-recover=all -fno-omit-frame-pointer -g1"
CASES = ["models/multi_io", "ops/dw_edges", "ops/dw5_w57", "ops/wino_odd", "ops/qconv_edges", "ops/slice_blocked"]


class Digits:
    """examples/digits, of which one build serves any batch."""
    model = os.path.join(DIGITS, "digits.mge")
    shapes = ["--shape", "data=Nx1x8x8"]

    def runs(self):
        images, expected = np.load(os.path.join(DIGITS, "images.npy")), np.load(os.path.join(DIGITS, "expected.npy"))
        return [({"data": images}, [("labels", expected)], {"atol": 1e-4, "rtol": 0})]


class Genuine:
    def __init__(self, folder):
        self.case = Case(folder)
        self.model = self.case.model
        self.shapes = [word for part in self.case.parts for word in part.shapes()]

    def runs(self):
        return [({name: np.load(path) for name, path in part.inputs.items()},
                 [(name, np.load(path)) for name, path in part.outputs], self.case.tolerance) for part in self.case.parts]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--build", required=True)
    args = parser.parse_args()
    models = {"digits": Digits()}
    for path in CASES:
        models[os.path.basename(path)] = Genuine(os.path.join(TESTS, "data", path))
    small = [os.path.basename(path) for path in CASES if path.startswith("ops/")]
    has_v3 = "x86-64-v3" in processor_levels()
    networks, levels = [], {}
    for name, model in models.items():
        builds = {"": "native" if name in small else "native,generic"}
        if name in small and has_v3:
            builds["_v3"] = "x86-64-v3"
        levels[name] = ",".join(builds.values()).split(",")
        for suffix, targets in builds.items():
            networks.append(os.path.join(args.build, name + suffix))
            shutil.rmtree(networks[-1], ignore_errors=True)
            mgec(args.mgec, "compile", model.model, "-o", networks[-1], "--name", name + suffix, "--quiet", "--target", targets,
                 *model.shapes)
    program = build_program(os.path.join(args.build, "program"), args.compiler, FLAGS, networks)
    changes = {"ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
    with scratch() as folder:
        for name, model in models.items():
            for inputs, wanted, tolerance in model.runs():
                for level in levels[name]:
                    for threads in (1, 3):
                        got = run_driver([program], model.model, folder, inputs, threads, MGEC_ISA=level, **changes)
                        for array, (output, want) in zip(got, wanted):
                            compare(array, want, tolerance, "%s, %s, %d threads, %s" % (name, level, threads, output))
    say("no findings")


if __name__ == "__main__":
    main()
