"""Building and running the program of program/ and generated folders, with the compilers and flags that a check wants."""
import os
import shutil

import numpy as np

from mgectest import TESTS, attempt, fail, run

ROOT = os.path.dirname(TESTS)
# Sanitizers and compilers of the build that runs the checks have nothing to do with what is built here.
FLAGS = ("CFLAGS", "CXXFLAGS", "LDFLAGS", "CC", "CXX", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")


def clean_environment(**changes):
    env = {name: value for name, value in os.environ.items() if name not in FLAGS and not name.startswith("MGEC_")}
    env.update(changes)
    return env


def cmake_build(source, build, compiler, flags="", build_type="Release", **definitions):
    """Configures and builds a project; ccache is used where it is installed."""
    command = ["cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=" + compiler,
               "-DCMAKE_ASM_COMPILER=" + compiler, "-DCMAKE_CXX_FLAGS=" + flags, "-DCMAKE_BUILD_TYPE=" + build_type]
    if shutil.which("ccache"):
        command.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    command += ["-D%s=%s" % (name, value) for name, value in definitions.items()]
    run(command, clean_environment())
    run(["cmake", "--build", build, "--parallel", "2"], clean_environment())


def build_program(build, compiler, flags="", networks=(), **definitions):
    """Builds the driver; returns its path."""
    cmake_build(os.path.join(TESTS, "targets", "program"), build, compiler, flags, MGEC_ROOT=ROOT,
                MGEC_NETWORKS=";".join(networks), **definitions)
    return os.path.join(build, "driver")


def attempt_driver(command, model, folder, inputs, threads=1, **changes):
    """Starts `command` (an emulator, if any, and the driver) on `inputs`, name -> float32 array."""
    os.makedirs(folder, exist_ok=True)
    words = []
    for name, array in inputs.items():
        if array.dtype != np.float32:
            fail("the driver takes float32 only, %s is %s" % (name, array.dtype))
        file = os.path.join(folder, "in_%d.bin" % len(words))
        array.tofile(file)
        words.append("%s=%s:%s" % (name, file, "x".join(map(str, array.shape))))
    return attempt(list(command) + [model, folder, threads] + words, clean_environment(**changes))


def run_driver(command, model, folder, inputs, threads=1, **changes):
    """The outputs, as arrays in order."""
    result = attempt_driver(command, model, folder, inputs, threads, **changes)
    if result.status != 0:
        fail("the program failed\n" + result.describe())
    arrays = []
    for line in result.out.splitlines():
        number, dtype, dims = line.split()
        shape = [int(d) for d in dims.split("x")]
        arrays.append(np.fromfile(os.path.join(folder, number + ".bin"), dtype).reshape(shape))
    return arrays
