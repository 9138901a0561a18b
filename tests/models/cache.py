#!/usr/bin/env python3
"""`mgec run MODEL.mge` compiles once, and again whenever anything that decides the code has changed.

    cache.py --mgec build/bin/mgec MODEL NAME=INPUT.npy

A script in front of the C++ compiler counts how often it is called.
"""
import argparse
import json
import os
import shutil
import subprocess

import numpy as np

from mgectest import environment, fail, run, same_bits, say, scratch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("model")
    parser.add_argument("input")
    args = parser.parse_args()
    name, npy = args.input.split("=", 1)
    compiler = os.environ.get("MGEC_CXX") or os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
    with scratch() as folder:
        log, wrapper, cache = (os.path.join(folder, x) for x in ("log", "counting-cxx", "cache"))
        with open(wrapper, "w") as file:
            file.write("#!/bin/sh\necho x >>'%s'\nexec %s \"$@\"\n" % (log, compiler))
        os.chmod(wrapper, 0o755)
        model = os.path.join(folder, "model.mge")
        shutil.copy(args.model, model)
        os.chmod(model, 0o644)
        env = environment(args.mgec, MGEC_CACHE_DIR=cache, MGEC_CXX=wrapper)

        def calls():
            return os.path.getsize(log) if os.path.exists(log) else 0

        def execute(program, *options, array=npy):
            before, out = calls(), os.path.join(folder, "out")
            run([program, "run", model, "--input", "%s=%s" % (name, array), "--output-dir", out, "--quiet"] + list(options), env)
            return calls() - before, np.load(os.path.join(out, "0.npy"))

        count, first = execute(args.mgec)
        if count == 0:
            fail("the first run did not compile")
        count, second = execute(args.mgec)
        if count:
            fail("the second run compiled again")
        same_bits(first, second, "first and second run")
        if [x for x in os.listdir(cache) if not x.endswith(".so")]:
            fail("the cache holds more than libraries: %s" % os.listdir(cache))

        # Whatever happened to the library, a disk that was full say, the next run mends it.
        library = os.path.join(cache, os.listdir(cache)[0])
        with open(library, "rb") as file:
            sound = file.read()
        for size in (0, 1000, len(sound) // 2, len(sound) - 1):
            with open(library, "wb") as file:
                file.write(sound[:size])
            count, mended = execute(args.mgec)
            if count == 0:
                fail("a library cut to %d bytes was used" % size)
            same_bits(first, mended, "before and after a library was damaged")

        with open(wrapper, "a") as file:
            file.write("# changed\n")
        if execute(args.mgec)[0] == 0:
            fail("another C++ compiler used the build of the first")

        other = os.path.join(folder, "other-mgec")
        shutil.copy(args.mgec, other)
        with open(other, "ab") as file:
            file.write(b"\0")
        count, third = execute(other)
        if count == 0:
            fail("another mgec used the build of this one")
        same_bits(first, third, "this and the other mgec")

        if execute(args.mgec, "--fusion-level", "0")[0] == 0:
            fail("another option used the build of the first")
        shape = np.load(npy)
        smaller = os.path.join(folder, "smaller.npy")
        np.save(smaller, shape[: max(1, len(shape) // 2)])
        if execute(args.mgec, array=smaller)[0] == 0:
            fail("another input shape used the build of the first")
        with open(model, "ab") as file:
            file.write(b"\0")  # trailing bytes change the file, not the model
        same_bits(first, execute(args.mgec)[1], "file with a trailing byte")

        told = json.loads(run([args.mgec, "cache", "--json"], env).out)
        files = [os.path.getsize(os.path.join(cache, x)) for x in os.listdir(cache)]
        if [told["folder"], told["libraries"], told["bytes"]] != [cache, len(files), sum(files)]:
            fail("mgec cache says %s" % told)
        foreign = os.path.join(cache, "mine.so")
        open(foreign, "w").close()
        run([args.mgec, "cache", "--clear"], env)
        if os.listdir(cache) != ["mine.so"]:
            fail("mgec cache --clear left %s" % os.listdir(cache))

        # Two at once: neither sees half a library.
        shutil.rmtree(cache)
        command = [args.mgec, "run", model, "--input", args.input, "--quiet", "--output-dir"]
        both = [subprocess.Popen(command + [os.path.join(folder, "twin%d" % k)], env=env) for k in (0, 1)]
        if [process.wait() for process in both] != [0, 0]:
            fail("two runs at once disturb each other")
        for k in (0, 1):
            same_bits(first, np.load(os.path.join(folder, "twin%d" % k, "0.npy")), "two runs at once")
        say("compiled when needed, and only then")


if __name__ == "__main__":
    main()
