#!/usr/bin/env python3
"""One artifact for several shapes, and for any batch.

    variants.py --mgec build/bin/mgec batch  MODEL INPUT.npy SHAPE       a symbolic batch: NAME=Nx3x224x224
    variants.py --mgec build/bin/mgec shapes CASE                        every set of shapes of a case in one artifact

batch: the artifact runs with batches 1 and 3, and each gives what a build for exactly that shape gives.
shapes: the artifact gives MegEngine's outputs on every set of inputs, and holds about as many weights as a build for one.
"""
import argparse
import os

import numpy as np

from mgectest import Case, compare, fail, mgec, outputs_of, say, scratch
from manifest import manifest_of

# Kernels may differ between a fixed and a symbolic batch, and with them the order of sums.
ROUNDING = {"atol": 1e-5, "rtol": 1e-5}


def batch(args):
    name, dims = args.shape.split("=")
    if not dims.startswith("N"):
        fail("%s has no symbolic batch" % args.shape)
    samples = np.load(args.input)
    while samples.shape[0] < 3:  # other pictures, not the same one again
        samples = np.concatenate([samples, np.flip(samples, -1) * np.float32(0.7)])
    with scratch() as folder:
        artifact = os.path.join(folder, "any.so")
        mgec(args.mgec, "compile", args.model, "-o", artifact, "--shape", args.shape, "--quiet")
        results = {}
        for size in (1, 3):
            npy = os.path.join(folder, "in%d.npy" % size)
            np.save(npy, np.ascontiguousarray(samples[:size]))
            for kind, model in (("any batch", artifact), ("fixed", args.model)):
                out = os.path.join(folder, "%s%d" % (kind, size))
                mgec(args.mgec, "run", model, "--input", "%s=%s" % (name, npy), "--output-dir", out, "--quiet")
                results[kind, size] = outputs_of(out)
        for size in (1, 3):
            for number, (got, want) in enumerate(zip(results["any batch", size], results["fixed", size])):
                compare(got, want, ROUNDING, "batch %d, output %d" % (size, number))
        for number, (one, three) in enumerate(zip(results["any batch", 1], results["any batch", 3])):
            compare(three[:1], one, {"atol": 0, "rtol": 0}, "first sample of batch 3 and batch 1, output %d" % number)
            if np.array_equal(three[0], three[1]):
                fail("different samples give the same output %d" % number)


def shapes(args):
    case = Case(args.case)
    if len(case.parts) < 2:
        fail("the case has one set of shapes only")
    with scratch() as folder:
        artifact, single = os.path.join(folder, "all"), os.path.join(folder, "one")
        mgec(args.mgec, "compile", case.model, "-o", single, "--quiet", *case.parts[0].shapes())
        words = [word for part in case.parts for word in part.shapes()]
        mgec(args.mgec, "compile", case.model, "-o", artifact, "--quiet", *words)
        mgec(args.mgec, "compile", case.model, "-o", artifact + ".so", "--quiet", *words)
        manifest, one = manifest_of(artifact), manifest_of(single)
        if len(manifest["variants"]) != len(case.parts):
            fail("%d variants for %d sets of shapes" % (len(manifest["variants"]), len(case.parts)))
        say("weights: %d bytes for one shape, %d for %d" % (one["weights_bytes"], manifest["weights_bytes"], len(case.parts)))
        if not one["weights_bytes"] <= manifest["weights_bytes"] <= 1.1 * one["weights_bytes"]:
            fail("weights are not shared between the shapes")
        for number, part in enumerate(case.parts):
            out = os.path.join(folder, "out%d" % number)
            mgec(args.mgec, "run", artifact + ".so", "--output-dir", out, "--quiet", *part.arguments())
            part.check(out, "shapes %d, " % number)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("batch")
    one.add_argument("model")
    one.add_argument("input")
    one.add_argument("shape")
    one.set_defaults(run=batch)
    one = commands.add_parser("shapes")
    one.add_argument("case")
    one.set_defaults(run=shapes)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
