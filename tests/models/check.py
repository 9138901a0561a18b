#!/usr/bin/env python3
"""Runs one genuine model through `mgec run`, on every set of inputs it has, and compares with the outputs of MegEngine.

    check.py --mgec build/bin/mgec [--target T,T...] [--force-row ROW] CASE

CASE is a folder with model.mge, meta.json and arrays. `expect` in meta.json: absent, "ok" or "testcase" (the model runs), "error"
(the file is damaged: exit status 1 and one message that names it), "any" (either, but no crash).
With several targets it is compiled once for all of them, and each that this processor has runs.
--force-row: `mgec explain` says that ROW is chosen then for some part of the model.
"""
import argparse

from mgectest import Case, attempt, chosen_rows, environment, fail, one_error, processor_levels, say, scratch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--target", default="native")
    parser.add_argument("--force-row")
    parser.add_argument("case")
    args = parser.parse_args()
    case = Case(args.case)
    options = ["--target", args.target]
    if args.force_row:
        options += ["--force-row", args.force_row]
        if args.force_row not in chosen_rows(args.mgec, case, options):
            fail("no part of the model can be run by %s" % args.force_row)
    levels = args.target.split(",")
    missing = [level for level in levels if level not in processor_levels()]
    if missing:
        say("not run: %s, which this processor has not" % ", ".join(missing))
    for level in levels:
        if level not in missing:
            check(args.mgec, case, options, level, level + ", " if len(levels) > 1 else "")


def check(mgec, case, options, level, what):
    for number, part in enumerate(case.parts):
        with scratch() as folder:
            command = [mgec, "run", case.model, "--output-dir", folder, "--quiet"] + options + part.arguments()
            result = attempt(command, environment(mgec, MGEC_ISA=level))
            if case.expect == "error" or (case.expect == "any" and result.status != 0):
                say("refused: " + one_error(result, case.model))
                return
            if result.status != 0:
                fail("the model does not run\n" + result.describe())
            if case.expect == "any":
                say("accepted")
                return
            part.check(folder, what + ("inputs %d, " % number if number else ""))


if __name__ == "__main__":
    main()
