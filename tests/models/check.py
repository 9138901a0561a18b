#!/usr/bin/env python3
"""Runs one genuine model through `mgec run`, on every set of inputs it has, and compares with the outputs of MegEngine.

    check.py --mgec build/bin/mgec CASE

CASE is a folder with model.mge, meta.json and arrays. `expect` in meta.json: absent, "ok" or "testcase" (the model runs), "error"
(the file is damaged: exit status 1 and one message that names it), "any" (either, but no crash).
"""
import argparse

from mgectest import Case, attempt, environment, fail, one_error, say, scratch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("case")
    args = parser.parse_args()
    case = Case(args.case)
    for number, part in enumerate(case.parts):
        with scratch() as folder:
            command = [args.mgec, "run", case.model, "--output-dir", folder, "--quiet"] + part.arguments() + case.unlock()
            result = attempt(command, environment(args.mgec))
            if case.expect == "error" or (case.expect == "any" and result.status != 0):
                say("refused: " + one_error(result, case.model))
                return
            if result.status != 0:
                fail("the model does not run\n" + result.describe())
            if case.expect == "any":
                say("accepted")
                return
            part.check(folder, "inputs %d, " % number if number else "")


if __name__ == "__main__":
    main()
