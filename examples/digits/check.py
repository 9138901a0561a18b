#!/usr/bin/env python3
"""Runs the 60 pictures through `mgec run` and compares the probabilities with MegEngine's.

    check.py [MGEC] [--target T]        default: ../../build/bin/mgec

Needs numpy. Exit status 0 if every probability is within 1e-4 of expected.npy.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("mgec", nargs="?", default=os.path.join(HERE, "../../build/bin/mgec"))
    args.add_argument("--target")
    args = args.parse_args()

    def file(name):
        return os.path.join(HERE, name)

    with tempfile.TemporaryDirectory() as out:
        command = [args.mgec, "run", file("digits.mge"), "--input", "data=" + file("images.npy"), "--output-dir", out]
        if args.target:
            command += ["--target", args.target]
        subprocess.run(command, check=True)
        got = np.load(os.path.join(out, "0.npy"))
    want, labels = np.load(file("expected.npy")), np.load(file("labels.npy"))
    if got.shape != want.shape or got.dtype != want.dtype:
        print("got %s %s, want %s %s" % (got.dtype, got.shape, want.dtype, want.shape))
        return 1
    error = np.abs(got - want).max()
    print("%d of %d right, largest difference from MegEngine %.2g" % ((got.argmax(1) == labels).sum(), len(labels), error))
    return 0 if error <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
