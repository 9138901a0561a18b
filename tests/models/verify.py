#!/usr/bin/env python3
"""`mgec verify` compares the code with the reference, with MegEngine and with what a test case expects, and says what departs.

    verify.py --mgec build/bin/mgec agrees MODEL [OPTION...]     everything agrees; options are handed on
    verify.py --mgec build/bin/mgec digits MODEL INPUT.npy       inputs, batches, seeds, instruction sets, the report
    verify.py --mgec build/bin/mgec wrong MODEL                  a C++ compiler that makes a mistake: where it shows first
    verify.py --mgec build/bin/mgec library MODEL INPUT.npy      a library that is given, sound or with that mistake
    verify.py --mgec build/bin/mgec testcase MODEL INPUT.npy      a test-case file, and one that expects something else
    verify.py --mgec build/bin/mgec locked MODEL                 a model that is never handed to MegEngine
    verify.py --mgec build/bin/mgec megengine MODEL INPUT.npy EXPECTED.npy  a program that answers as MegEngine would

The model of `digits`, `wrong`, `library` and `megengine` is that of examples/digits. MegEngine itself is not needed.
"""
import argparse
import json
import os
import re
import struct
import sys

from mgectest import attempt, environment, fail, mgec, one_error, scratch

HERE = os.path.dirname(os.path.abspath(__file__))


class Tool:
    def __init__(self, program):
        self.program = program

    def __call__(self, model, *options, **changes):
        command = [self.program, "verify", model] + list(options)
        return attempt(command, environment(self.program, **{"MGEC_MEGENGINE_PYTHON": None, **changes}))

    def report(self, model, *options, status=0, **changes):
        """The report, as a program reads it."""
        result = self(model, "--json", *options, **changes)
        try:
            report = json.loads(result.out)
        except ValueError:
            fail("no JSON\n" + result.describe())
        if result.status != status or report["agrees"] != (status == 0) or (report["departing"] > 0) != (status == 1):
            fail("exit status %d, want %d; and the report says %s\n%s" % (result.status, status, report["agrees"], result.err))
        return report


def sides(report, case=0):
    return [(each["found"].split(" (")[0], each["expected"]) for each in report["cases"][case]["compared"]]


def tensors(report, kind, number=0):
    return [each for each in report["cases"][0]["compared"][number]["tensors"] if each["kind"] == kind]


def agrees(verify, args):
    result = verify(args.model, "--no-megengine", *args.options)
    if result.status != 0 or not re.search(r"^(all \d+ comparisons agree|the one comparison agrees)$", result.out, re.M):
        fail("the code and the reference do not agree\n" + result.describe())
    if not re.search(r"^  ok +output ", result.out, re.M) or "departs" in result.out:
        fail("no output in the table\n" + result.describe())
    quantised = [line for line in result.out.splitlines() if re.search(r" q[su]\d+ scale ", line)]
    if "--quantised" in args.expect and not any(" 1 unit " in line for line in quantised):
        fail("no quantised value is held to one unit\n" + result.describe())


def digits(verify, args):
    given = "data=" + args.input
    report = verify.report(args.model, "--no-megengine", "--input", given)
    if sides(report) != [("code", "the reference")] or report["megengine"] is not None:
        fail("compared: %s" % sides(report))
    if len(tensors(report, "output")) != 1 or len(tensors(report, "intermediate")) < 5:
        fail("want one output and the results of the steps: " + json.dumps(report, indent=1))
    one = tensors(report, "output")[0]
    if one["name"] != "prob" or not 0 <= one["relative"] <= one["allowed"]["relative"] or one["elements"] != 10 * one["shape"][0]:
        fail("the output: %s" % one)
    if report["cases"][0]["inputs"][0]["from"] != args.input:
        fail("the input is from %s" % report["cases"][0]["inputs"])

    # Made-up values are the same in every run, and others with another seed.
    texts = [verify(args.model, "--no-megengine", "--seed", seed).out for seed in ("1", "1", "2")]
    if texts[0] != texts[1] or texts[0] == texts[2]:
        fail("two runs with one seed differ, or two seeds make the same values\n" + "\n".join(texts))

    # Any batch: that of the file, else one that the variant takes.
    for options, batch in ((("--shape", "data=Nx1x8x8"), 2), (("--shape", "data=Nx1x8x8,N=3..9"), 3),
                           (("--shape", "data=Nx1x8x8", "--input", given), one["shape"][0])):
        report = verify.report(args.model, "--no-megengine", *options)
        if tensors(report, "output")[0]["shape"] != [batch, 10]:
            fail("%s: the output has the shape %s, want a batch of %d" % (options, tensors(report, "output")[0]["shape"], batch))
    one_error(verify(args.model, "--shape", "data=Nx1x8x8,N=1..4", "--input", given), "batch of %d" % one["shape"][0], "from 1 to 4")

    # Each instruction set that is named runs.
    report = verify.report(args.model, "--no-megengine", "--target", "generic,native", "--threads", "2")
    found = [each["found"] for each in report["cases"][0]["compared"]]
    if found != ["code (generic)", "code (native)"]:
        fail("compared %s" % found)

    with scratch() as folder:
        path = os.path.join(folder, "report.json")
        result = verify(args.model, "--no-megengine", "--json", path)
        with open(path) as file:
            if not json.load(file)["agrees"] or "comparisons agree" not in result.out:
                fail("a report in a file, and the table\n" + result.describe())
        one_error(verify(args.model, "--no-megengine", "--json", os.path.join(folder, "no", "report.json")), "report.json", "o such file")
    quiet = verify(args.model, "--no-megengine", "-q")
    if quiet.status != 0 or quiet.out or quiet.err:
        fail("-q is not quiet\n" + quiet.describe())
    one_error(verify(args.model, "--no-megengine", "-q", "--tolerance", "1e-13"), args.model, "depart")


def wrong_compiler():
    """What `--cxx` takes."""
    words = os.environ.get("MGEC_CXX") or os.environ.get("CXX") or "g++"
    return "%s %s %s" % (sys.executable, os.path.join(HERE, "wrong_cxx.py"), words)


def wrong(verify, args):
    options = ["--no-megengine", "--cxx", wrong_compiler()]
    report = verify.report(args.model, *options, status=1)
    departing = [each for each in tensors(report, "intermediate") if not each["agrees"]]
    before = tensors(report, "intermediate")[0]
    if not before["agrees"] or before["name"] != "stem.2.RELU":
        fail("the step before the mistake: %s" % before)
    first = departing[0]
    if first["name"] != "conv.2.RELU" or not first["step"] or "conv" not in first["kernel"]:
        fail("the first that departs: %s" % first)
    # A relu that is left out shows where the reference has zero and the code a negative number.
    if first["worst"]["expected"] != 0 or not first["worst"]["found"] < 0 or len(first["worst"]["index"]) != 4:
        fail("the worst element: %s" % first["worst"])
    if first["max_error"] != -first["worst"]["found"] or first["relative"] <= first["allowed"]["relative"]:
        fail("its error: %s" % first)
    text = verify(args.model, *options)
    if text.status != 1 or not re.search(r"\d+ of \d+ comparisons depart; the first is 'conv.2.RELU', .*: step .*, kernel conv", text.out):
        fail("the table does not say so\n" + text.describe())
    if verify(args.model, "--tolerance", "1e6", *options).status != 0:
        fail("a tolerance of a million is not enough")


def library(verify, args):
    with scratch() as folder:
        same, other = os.path.join(folder, "same.so"), os.path.join(folder, "other.so")
        for path, options in ((same, []), (other, ["--cxx", wrong_compiler()])):
            mgec(verify.program, "compile", args.model, "-o", path, "-q", "--target", "generic", "--shape", "data=Nx1x8x8,N=1..64", *options)
        # Made-up values would not do here: a softmax makes zero and one of what they give, sound or not.
        report = verify.report(args.model, "--no-megengine", "--library", same, "--input", "data=" + args.input)
        if tensors(report, "intermediate") or report["comparisons"] != 1:
            fail("a library that is given shows its outputs alone: %s" % report)
        result = verify(args.model, "--no-megengine", "--library", other, "--input", "data=" + args.input)
        if result.status != 1 or not re.search(r"^  departs +output ", result.out, re.M):
            fail("a wrong library is not found\n" + result.describe())
        one_error(verify(args.model, "--library", same, "--target", "generic"), "--target", same, "compiled already")
        one_error(verify(args.model, "--no-megengine", "--library", same, "--shape", "data=65x1x8x8"), same + " was not compiled for", "65x1x8x8")


def testcase(verify, args):
    report = verify.report(args.model, "--no-megengine")
    if sides(report) != [("code", "the reference"), ("code", "what the test case expects")]:
        fail("compared: %s" % sides(report))
    if report["cases"][0]["inputs"][0]["from"] != "the test case" or report["cases"][0]["test_case"] != 0:
        fail("the inputs: %s" % report["cases"][0]["inputs"])
    # Other inputs have other answers.
    report = verify.report(args.model, "--no-megengine", "--input", "data=" + args.input)
    if sides(report) != [("code", "the reference")] or "belongs to other inputs" not in " ".join(report["cases"][0]["remarks"]):
        fail("with another input: %s, %s" % (sides(report), report["cases"][0]["remarks"]))
    with open(args.model, "rb") as file:
        model = file.read()
    # The embedded value of one element, which the report gives exactly, with the other sign.
    one = verify.report(args.model, "--no-megengine", "--tolerance", "1e-12", status=1)["cases"][0]["compared"][1]["tensors"][0]
    value = struct.pack("<f", one["worst"]["expected"])
    at = model.find(value)
    if at < 0 or model.find(value, at + 1) >= 0:
        fail("the expected value %r was not found once in the model" % one["worst"]["expected"])
    with scratch() as folder:
        path = os.path.join(folder, "model.mge")
        with open(path, "wb") as file:
            file.write(model[:at + 3] + bytes([model[at + 3] ^ 0x80]) + model[at + 4:])
        report = verify.report(path, "--no-megengine", status=1)
        if report["departing"] != 1 or [each["agrees"] for each in tensors(report, "output", 1)] != [False]:
            fail("another expectation: %s" % json.dumps(report["cases"][0]["compared"][1]))
        worst = tensors(report, "output", 1)[0]["worst"]
        if worst["index"] != one["worst"]["index"] or worst["expected"] != -one["worst"]["expected"]:
            fail("the worst element is %s" % worst)


def locked(verify, args):
    result = verify(args.model)
    if result.status != 0 or "not compared with MegEngine: the model came packed or encrypted" not in result.out:
        fail("a packed model\n" + result.describe())
    one_error(verify(args.model, "--megengine", sys.executable), "--megengine", "packed or encrypted")


# What mgec starts is this: {mode} says what it does. The last word is the folder with the request.
FAKE = """#!{python} -IS
import json, os, shutil, signal, sys
folder, mode = sys.argv[-1], {mode!r}
request = json.load(open(os.path.join(folder, "request.json")))
assert [each["name"] for each in request["inputs"]] == ["data"] and os.path.samefile(request["model"], {model!r})
assert open(os.path.join(folder, request["inputs"][0]["file"]), "rb").read()[-256:] == open({input!r}, "rb").read()[-256:]
if mode == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
if mode == "error":
    open(os.path.join(folder, "error.txt"), "w").write("RuntimeError: no such operator")
    sys.exit(4)
shutil.copy({expected!r}, os.path.join(folder, "out0.npy"))
if mode in ("wrong", "nan"):
    with open(os.path.join(folder, "out0.npy"), "r+b") as file:
        file.seek(-40, 2)
        file.write(bytes(40) if mode == "wrong" else bytes([0, 0, 192, 127]) * 10)
json.dump({{"version": "9.9", "names": ["prob"] * (2 if mode == "two" else 1)}}, open(os.path.join(folder, "result.json"), "w"))
"""


def megengine(verify, args):
    with scratch() as folder:
        def fake(mode, name=None):
            path = os.path.join(folder, name or mode)
            with open(path, "w") as file:
                file.write(FAKE.format(python=sys.executable, mode=mode, model=args.model, input=args.input, expected=args.expected))
            os.chmod(path, 0o755)
            return path

        given = ["--input", "data=" + args.input]
        right = fake("right")
        for options, changes in ((["--megengine", right], {}), ([], {"MGEC_MEGENGINE_PYTHON": right})):
            report = verify.report(args.model, *given, *options, **changes)
            if sides(report) != [("code", "the reference"), ("code", "MegEngine 9.9"), ("the reference", "MegEngine 9.9")]:
                fail("compared: %s" % sides(report))
            if report["megengine"] != "9.9" or len(tensors(report, "output", 1)) != 1:
                fail("the report: %s" % report)
        report = verify.report(args.model, *given, "--megengine", fake("wrong"), status=1)
        if report["departing"] != 2:
            fail("an answer that is wrong: %s" % report)
        report = verify.report(args.model, *given, "--megengine", fake("nan"), status=1)
        one = tensors(report, "output", 1)[0]
        if one["max_error"] != "inf" or one["worst"]["expected"] != "nan" or one["differing"] < 10 or one["nan_on_both_sides"] != 0:
            fail("NaN on one side: %s" % one)
        one_error(verify(args.model, *given, "--megengine", fake("crash")), "MegEngine", "signal 11")
        one_error(verify(args.model, *given, "--megengine", fake("error")), "MegEngine", "no such operator")
        one_error(verify(args.model, *given, "--megengine", fake("two")), "2 outputs", "1")

        # A Python without megengine: an error for who asked for it, a line for others.
        plain = os.path.join(folder, "path", "python3")
        os.mkdir(os.path.dirname(plain))
        with open(plain, "w") as file:
            file.write('#!/bin/sh\nexec "%s" -IS "$@"\n' % sys.executable)
        os.chmod(plain, 0o755)
        one_error(verify(args.model, *given, "--megengine", plain), "MegEngine", plain, "No module named 'megengine'")
        path = os.path.dirname(plain) + ":" + os.environ["PATH"]
        result = verify(args.model, *given, PATH=path)
        said = "not compared with MegEngine: %s: No module" % plain
        if result.status != 0 or result.out.count("MegEngine") != 1 or said not in result.out:
            fail("a machine without MegEngine\n" + result.describe())
        one_error(verify(args.model, "--megengine", os.path.join(folder, "nosuch")), "--megengine", "no program")
        one_error(verify(args.model, MGEC_MEGENGINE_PYTHON="/nosuch/python"), "MGEC_MEGENGINE_PYTHON", "/nosuch/python")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    commands = parser.add_subparsers(required=True)
    for call, words in ((agrees, ()), (digits, ("input",)), (wrong, ()), (library, ("input",)), (testcase, ("input",)), (locked, ()),
                        (megengine, ("input", "expected"))):
        one = commands.add_parser(call.__name__)
        one.add_argument("model")
        for word in words:
            one.add_argument(word)
        one.set_defaults(run=call, expect=[])
        if call is agrees:
            one.add_argument("--quantised", dest="expect", action="append_const", const="--quantised")
            one.add_argument("options", nargs="*")
    args = parser.parse_args()
    args.expect = args.expect or []
    args.run(Tool(args.mgec), args)


if __name__ == "__main__":
    main()
