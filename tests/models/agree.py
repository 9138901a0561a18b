#!/usr/bin/env python3
"""`mgec bisect` runs the IR of every stage, and the code, and finds that all agree; and where something departs it says so.

    agree.py --mgec build/bin/mgec MODEL [--shape S] [--departs]

--departs: with a tolerance that no rounding meets, the code is the first stage that departs, and the exit status is 1.
"""
import argparse
import re

from mgectest import attempt, environment, fail, say

STAGES = ["infer", "simplify", "fuse", "choose", "tile-fuse", "pack", "plan", "build", "legalise", "emit"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--shape", action="append", default=[])
    parser.add_argument("--departs", action="store_true")
    parser.add_argument("model")
    args = parser.parse_args()
    command = [args.mgec, "bisect", args.model] + [word for shape in args.shape for word in ("--shape", shape)]
    if args.departs:
        command += ["--tolerance", "1e-13"]
    result = attempt(command, environment(args.mgec))
    stages = re.findall(r"^  ([\w-]+) +largest output error (\S+)", result.out, re.M)
    if [name for name, _ in stages] != STAGES:
        fail("not every stage was run\n" + result.describe())
    if args.departs:
        if result.status != 1 or "first stage that departs is " not in result.out:
            fail("nothing departs from a tolerance of 1e-13\n" + result.describe())
        if "-> emit" in result.out.replace("first stage that departs is", "->") and "first at step " not in result.out:
            fail("the step that departs is not named\n" + result.describe())
    elif result.status != 0 or "all stages agree" not in result.out:
        fail("the stages do not agree\n" + result.describe())
    say(result.out.strip())


if __name__ == "__main__":
    main()
