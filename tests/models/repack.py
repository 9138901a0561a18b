#!/usr/bin/env python3
"""`mgec repack`: other weights in a compiled artifact are what compiling the other model gives, and nothing less is accepted.

    repack.py --mgec build/bin/mgec MODEL OTHER_WEIGHTS OTHER_GRAPH INPUT=FILE.npy

MODEL and OTHER_WEIGHTS differ in a weight alone.
"""
import argparse
import os

from mgectest import attempt, environment, fail, mgec, one_error, scratch


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tree(folder):
    return {os.path.relpath(os.path.join(path, name), folder): read(os.path.join(path, name))
            for path, _, names in os.walk(folder) for name in names}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("model")
    parser.add_argument("weights")
    parser.add_argument("graph")
    parser.add_argument("input")
    args = parser.parse_args()
    # Without a C++ compiler: none is found where these variables point.
    without = {"CXX": "/nonexistent", "MGEC_CXX": "/nonexistent"}

    def refused(says, *arguments):
        one_error(attempt([args.mgec, "repack"] + list(arguments), environment(args.mgec, **without)), *says)

    with scratch() as folder:
        old, new, out = (os.path.join(folder, name) for name in ("old", "new", "out"))
        options = ["--quiet", "--name", "net", "--target", "generic"]
        for kind in ("", ".so"):
            mgec(args.mgec, "compile", args.model, "-o", old + kind, *options)
            mgec(args.mgec, "compile", args.weights, "-o", new + kind, *options)
            mgec(args.mgec, "repack", old + kind, args.weights, "-o", out + kind, **without)
        if tree(old) == tree(new) or tree(out) != tree(new):
            fail("the repacked folder is not what compiling the other model gives")
        # In a library, names that only the linker saw stay as they were. What the runtime sees is the other model's.
        same, other = read(out + ".so"), read(new + ".so")
        weights, manifest = (read(os.path.join(new, name)) for name in ("weights.bin", "manifest.json"))
        if len(same) != len(other) or weights not in same or weights in read(old + ".so") or manifest not in same:
            fail("the repacked library does not hold the other model")
        if mgec(args.mgec, "run", out + ".so", "--input", args.input).out != mgec(args.mgec, "run", new + ".so", "--input", args.input).out:
            fail("the repacked library does not compute what the other model computes")
        none = os.path.join(folder, "none.so")
        refused([args.graph, "graph hash"], old + ".so", args.graph, "-o", none)
        refused([args.model, "only a folder"], args.model, args.weights, "-o", none)
        refused(["must be a .so"], old + ".so", args.weights, "-o", os.path.join(folder, "none"))
        # An artifact whose code is another one: here, what its manifest says of it.
        data = read(old + ".so")
        at = data.index(b'"code_hash": "') + 14
        with open(none, "wb") as file:
            file.write(data[:at] + (b"0" if data[at:at + 1] != b"0" else b"1") + data[at + 1:])
        refused([args.weights, "became a part of the code"], none, args.weights, "-o", os.path.join(folder, "no.so"))
        if os.path.exists(os.path.join(folder, "no.so")):
            fail("an output is left of what failed")


if __name__ == "__main__":
    main()
