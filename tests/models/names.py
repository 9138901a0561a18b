#!/usr/bin/env python3
"""A model may be called like a target of CMake or a header of C, or have a very long name: its generated folder builds.

    names.py --mgec build/bin/mgec --cmake cmake MODEL
"""
import argparse
import os
import shutil

from mgectest import environment, fail, run, say, scratch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--cmake", required=True)
    parser.add_argument("model")
    args = parser.parse_args()
    env = environment(args.mgec)
    with scratch() as folder:
        # Configuring all of them, building those that differ in what can go wrong.
        for name in ("all", "help", "install", "test", "clean", "math", "n" * 240):
            model = os.path.join(folder, name + ".mge")
            shutil.copy(args.model, model)
            source, build = os.path.join(folder, "source"), os.path.join(folder, "build")
            run([args.mgec, "compile", model, "-o", source, "--target", "generic", "--quiet"], env)
            run([args.cmake, "-G", "Ninja", "-S", source, "-B", build], env)
            if name in ("all", "math") or len(name) > 100:
                run([args.cmake, "--build", build, "--parallel", "2"], env)
                if not [file for file in os.listdir(build) if file.endswith(".a")]:
                    fail("%s: no archive was built" % name)
            shutil.rmtree(source), shutil.rmtree(build)
            say("%.20s: builds" % name)


if __name__ == "__main__":
    main()
