#!/usr/bin/env python3
"""Models compiled for aarch64 give the same answers there (under emulation) as MegEngine.

    cross.py --mgec build/bin/mgec --driver DRIVER --build FOLDER [--compiler aarch64-linux-gnu-g++] [--emulator "qemu-aarch64 -L ..."]

Two ways: a library that mgec makes with the cross compiler, loaded by DRIVER; and sources linked into a program, bound by the
content of the .mge file.
"""
import argparse
import os
import shutil

import numpy as np

from mgectest import DIGITS, TESTS, Case, compare, fail, mgec, same_bits, say, scratch
from programs import build_program, run_driver


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--compiler", default="aarch64-linux-gnu-g++")
    parser.add_argument("--emulator", default="qemu-aarch64 -L /usr/aarch64-linux-gnu")
    args = parser.parse_args()
    emulator = args.emulator.split()
    model = os.path.join(DIGITS, "digits.mge")
    images, labels = (np.load(os.path.join(DIGITS, name + ".npy")) for name in ("images", "labels"))
    expected = np.load(os.path.join(DIGITS, "expected.npy"))
    case = Case(os.path.join(TESTS, "data", "models", "mtcnn_pnet"))
    with scratch() as folder:
        library = os.path.join(folder, "digits.so")
        mgec(args.mgec, "compile", model, "-o", library, "--quiet", "--target", "aarch64", "--shape", "data=Nx1x8x8")
        with open(library, "rb") as file:
            if file.read(20)[18] != 183:  # EM_AARCH64
                fail("the library is not for aarch64")
        loaded = run_driver(emulator + [args.driver], library, os.path.join(folder, "loaded"), {"data": images})[0]
        compare(loaded, expected, {"atol": 1e-4, "rtol": 0}, "digits, library")
        if (loaded.argmax(1) != expected.argmax(1)).any():
            fail("other predictions than MegEngine's")
        say("%d of %d digits right" % ((loaded.argmax(1) == labels).sum(), len(labels)))

        # The folders keep their place, so that a second run of this check compiles what changed.
        networks = [os.path.join(args.build, name) for name in ("digits", "pnet")]
        for path in networks:
            shutil.rmtree(path, ignore_errors=True)
        mgec(args.mgec, "compile", model, "-o", networks[0], "--quiet", "--target", "aarch64", "--shape", "data=Nx1x8x8")
        mgec(args.mgec, "compile", case.model, "-o", networks[1], "--name", "pnet", "--quiet", "--target", "aarch64",
             *case.parts[0].shapes())
        program = build_program(os.path.join(args.build, "program"), args.compiler, networks=networks, CMAKE_SYSTEM_NAME="Linux",
                                CMAKE_SYSTEM_PROCESSOR="aarch64")
        linked = run_driver(emulator + [program], model, os.path.join(folder, "linked"), {"data": images})[0]
        same_bits(linked, loaded, "digits, library and linked in")
        inputs = {name: np.load(path) for name, path in case.parts[0].inputs.items()}
        outputs = run_driver(emulator + [program], case.model, os.path.join(folder, "pnet"), inputs, threads=2)
        for got, (name, path) in zip(outputs, case.parts[0].outputs):
            compare(got, np.load(path), case.tolerance, "mtcnn_pnet, " + name)


if __name__ == "__main__":
    main()
