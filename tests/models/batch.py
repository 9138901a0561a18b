#!/usr/bin/env python3
"""One library for any batch gives MegEngine's answers for every batch, and the second `mgec run` needs no C++ compiler.

    batch.py --mgec build/bin/mgec any    MODEL NAME=INPUT.npy EXPECTED.npy
    batch.py --mgec build/bin/mgec cached MODEL NAME=INPUT.npy EXPECTED.npy

any: compiled once for the shape of INPUT with a symbolic batch N, run with the first 1, the first 3 and all samples.
cached: run on the .mge twice with a new cache; the second time there is no compiler to be found.
"""
import argparse
import os

import numpy as np

from mgectest import attempt, compare, environment, fail, one_error, outputs_of, run, same_bits, say, scratch

TOLERANCE = {"atol": 1e-4, "rtol": 0}


def any_batch(args, name, samples, expected):
    with scratch() as folder:
        library = os.path.join(folder, "any.so")
        shape = "%s=Nx%s" % (name, "x".join(map(str, samples.shape[1:])))
        env = environment(args.mgec)
        run([args.mgec, "compile", args.model, "-o", library, "--quiet", "--shape", shape], env)
        for size in (1, 3, len(samples)):
            npy, out = os.path.join(folder, "%d.npy" % size), os.path.join(folder, "out%d" % size)
            np.save(npy, samples[:size])
            run([args.mgec, "run", library, "--input", "%s=%s" % (name, npy), "--output-dir", out, "--quiet"], env)
            compare(outputs_of(out)[0], expected[:size], TOLERANCE, "batch %d" % size)


def cached(args, name, samples, expected):
    with scratch() as folder:
        nothing = os.path.join(folder, "nothing")
        os.mkdir(nothing)
        # Two caches: with the first, the compiler is there once; with the second, never.
        environments = [environment(args.mgec, MGEC_CACHE_DIR=os.path.join(folder, cache), PATH=path, MGEC_CXX=None,
                                    CXX=None)
                        for cache, path in (("filled", os.environ["PATH"]), ("filled", nothing), ("empty", nothing))]
        results = []
        for number, env in enumerate(environments):
            out = os.path.join(folder, "out%d" % number)
            command = [args.mgec, "run", args.model, "--input", args.input, "--output-dir", out, "--quiet"]
            if number == 2:  # so that the second run proves something
                say(one_error(attempt(command, env), "C++17 compiler", "none was found"))
                break
            run(command, env)
            results.append(outputs_of(out)[0])
            compare(results[-1], expected, TOLERANCE, "run %d" % (number + 1))
        same_bits(results[0], results[1], "first and second run")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("what", choices=("any", "cached"))
    parser.add_argument("model")
    parser.add_argument("input")
    parser.add_argument("expected")
    args = parser.parse_args()
    args.mgec = os.path.abspath(args.mgec)
    name, npy = args.input.split("=", 1)
    samples, expected = np.load(npy), np.load(args.expected)
    if len(samples) < 4 or len(samples) != len(expected):
        fail("%s and %s do not go together" % (npy, args.expected))
    (any_batch if args.what == "any" else cached)(args, name, samples, expected)


if __name__ == "__main__":
    main()
