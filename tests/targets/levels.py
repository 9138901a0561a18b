#!/usr/bin/env python3
"""A library with several instruction sets picks what the processor has, and never runs what it lacks.

    levels.py --mgec build/bin/mgec --driver DRIVER [--emulator qemu-x86_64]

Compiles examples/digits to libraries with different sets of levels, and runs them through lite::Network on this processor and on
emulated ones without AVX-512, without AVX, and plain x86-64. An instruction that an emulated processor lacks ends in SIGILL.
Which level ran shows in the bits of the results: MGEC_ISA, which lowers the choice, tells what each level computes.
"""
import argparse
import os

import numpy as np

from mgectest import DIGITS, compare, fail, mgec, processor_levels, same_bits, say, scratch
from programs import attempt_driver, run_driver

V4, V3, GENERIC = "x86-64-v4", "x86-64-v3", "generic"
LEVELS = [V4, V3, GENERIC]
# Emulated processors, with the best level that each may run.
PROCESSORS = {"max": V3, "Haswell": V3, "EPYC": V3, "SandyBridge": GENERIC, "Nehalem": GENERIC, "qemu64": GENERIC}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--emulator", default="qemu-x86_64")
    args = parser.parse_args()
    images, expected = np.load(os.path.join(DIGITS, "images.npy")), np.load(os.path.join(DIGITS, "expected.npy"))
    inputs = {"data": images}
    with scratch() as folder:
        libraries = {}
        for levels in (LEVELS, [V4, V3], [V4, GENERIC], [V4]):
            path = os.path.join(folder, "+".join(levels) + ".so")
            mgec(args.mgec, "compile", os.path.join(DIGITS, "digits.mge"), "-o", path, "--quiet", "--target", ",".join(levels),
                 "--shape", "data=Nx1x8x8")
            libraries[tuple(levels)] = path
        everything = libraries[tuple(LEVELS)]

        def emulated(cpu, levels, **changes):
            command = [args.emulator, "-cpu", cpu, args.driver]
            got = run_driver(command, libraries[tuple(levels)], os.path.join(folder, "out"), inputs, **changes)[0]
            compare(got, expected, {"atol": 1e-4, "rtol": 0}, "%s on %s" % ("+".join(levels), cpu))
            return got

        # What each level computes.
        bits = {level: emulated("max", LEVELS, MGEC_ISA=level) for level in (V3, GENERIC)}
        if bits[V3].tobytes() == bits[GENERIC].tobytes():
            fail("%s and %s give the same bits: this check cannot tell them apart" % (V3, GENERIC))
        for cpu, best in PROCESSORS.items():
            same_bits(emulated(cpu, LEVELS), bits[best], "%s is to run %s" % (cpu, best))
        emulated("Haswell", [V4, V3])
        emulated("Haswell", [V4, GENERIC])

        # Nothing that fits: a message that names what is missing, no signal.
        for cpu, levels in (("Haswell", [V4]), ("Nehalem", [V4, V3])):
            command = [args.emulator, "-cpu", cpu, args.driver]
            result = attempt_driver(command, libraries[tuple(levels)], os.path.join(folder, "none"), inputs)
            if result.status != 1:
                fail("%s alone on %s: want an error\n%s" % (levels, cpu, result.describe()))
            for word in levels + ["avx"]:
                if word not in result.err:
                    fail("the message lacks %r\n%s" % (word, result.describe()))
            said = [line for line in result.err.splitlines() if not line.startswith("qemu-")]
            say("%s on %s: %s" % ("+".join(levels), cpu, " ".join(said)))

        # This processor: every level that it has.
        have = [level for level in reversed(LEVELS) if level in processor_levels()]
        for level in have:
            got = run_driver([args.driver], everything, os.path.join(folder, "native"), inputs, MGEC_ISA=level)[0]
            compare(got, expected, {"atol": 1e-4, "rtol": 0}, "%s on this processor" % level)
            if level in bits:
                same_bits(got, bits[level], "%s on this processor and emulated" % level)
        best = run_driver([args.driver], everything, os.path.join(folder, "native"), inputs)[0]
        same_bits(best, got, "this processor is to run %s" % have[-1])
        if V4 not in have:
            say("not run: %s, which neither this processor nor the emulator has" % V4)


if __name__ == "__main__":
    main()
