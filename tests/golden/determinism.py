#!/usr/bin/env python3
"""Compiling twice gives identical files, wherever, however often and with however many jobs.

    determinism.py --mgec build/bin/mgec MODEL [--shape S]... [--sources]

The second time everything differs that must not matter: place and name of the output, of the model's folder, of the working and
the temporary folder, the number of jobs, the locale. Compared: the tree of sources, and without --sources the library and the archive.
"""
import argparse
import filecmp
import os
import shutil

from mgectest import environment, fail, run, say, scratch


def files_of(folder):
    found = {}
    for where, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(where, file)
            found[os.path.relpath(path, folder)] = path
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--shape", action="append", default=[])
    parser.add_argument("--sources", action="store_true")
    parser.add_argument("model")
    args = parser.parse_args()
    mgec = os.path.abspath(args.mgec)
    shapes = [word for shape in args.shape for word in ("--shape", shape)]
    targets = ["--target", "x86-64-v3,generic", "--quiet"]
    with scratch() as folder:
        results = []
        for name, jobs, locale in (("one", "1", "C"), ("another, longer and with spaces/below", "4", "C.UTF-8")):
            here = os.path.join(folder, name)
            for part in ("model", "work", "tmp", "out"):
                os.makedirs(os.path.join(here, part))
            model = os.path.join(here, "model", os.path.basename(args.model))
            shutil.copy(args.model, model)
            env = environment(mgec, TMPDIR=os.path.join(here, "tmp"), LC_ALL=locale)
            for output in ["tree"] + ([] if args.sources else ["net.so", "net.a"]):
                path = os.path.join("..", "out", output)
                run([mgec, "compile", os.path.join("..", "model", os.path.basename(model)), "-o", path, "-j", jobs] + targets + shapes,
                    env, cwd=os.path.join(here, "work"))
            if os.listdir(os.path.join(here, "tmp")) or os.listdir(os.path.join(here, "work")):
                fail("files are left behind: %s" % (os.listdir(os.path.join(here, "tmp")) + os.listdir(os.path.join(here, "work"))))
            results.append(files_of(os.path.join(here, "out")))
        first, second = results
        if sorted(first) != sorted(second):
            fail("different files: %s" % sorted(set(first) ^ set(second)))
        different = [name for name in sorted(first) if not filecmp.cmp(first[name], second[name], shallow=False)]
        if different:
            fail("different content: %s" % ", ".join(different))
        for name, path in first.items():
            with open(path, "rb") as file:
                if folder.encode() in file.read():
                    fail("%s names the folder it was made in" % name)
        say("%d files, the same twice" % len(first))


if __name__ == "__main__":
    main()
