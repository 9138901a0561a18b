#!/usr/bin/env python3
"""Runs one genuine model through `mgec run` and compares with the outputs that MegEngine computed.

    check.py --mgec build/bin/mgec CASE

CASE holds model.mge, meta.json and the arrays that it names. `expect` in meta.json: "ok" (or absent), "error" (the file is damaged:
one message that names it, exit code 1), "any" (either, but no crash). Exit status 0 when the promise holds.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np


def fail(text):
    print("FAILED: " + text)
    sys.exit(1)


def compare(got, want, tolerance, what):
    if got.dtype != want.dtype:
        fail("%s: dtype %s, want %s" % (what, got.dtype, want.dtype))
    if got.shape != want.shape and not got.size == want.size == 1:
        fail("%s: shape %s, want %s" % (what, got.shape, want.shape))
    a, b = got.reshape(-1).astype(np.float64), want.reshape(-1).astype(np.float64)
    if want.dtype.kind in "biu" and tolerance.get("atol", 0) < 1:
        if (a != b).any():
            fail("%s: %d of %d elements differ" % (what, int((a != b).sum()), a.size))
        return
    if (np.isnan(a) != np.isnan(b)).any():
        fail("%s: NaN on one side only" % what)
    finite = np.abs(b[np.isfinite(b)])
    scale = float(finite.max()) if finite.size else 1.0
    difference = np.where((a == b) | np.isnan(b), 0.0, np.abs(a - b))
    worst, allowed = float(difference.max()), tolerance.get("atol", 1e-4) + tolerance.get("rtol", 1e-4) * scale
    if not worst <= allowed:
        fail("%s: error %.3g, allowed %.3g" % (what, worst, allowed))
    print("%s: error %.3g, allowed %.3g" % (what, worst, allowed))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("case")
    args = parser.parse_args()
    meta = json.load(open(os.path.join(args.case, "meta.json")))
    model = os.path.join(args.case, meta.get("model_file", "model.mge"))
    expect = meta.get("expect", "ok")
    for part in [meta] + meta.get("more_shapes", []):
        with tempfile.TemporaryDirectory() as folder:
            command = [args.mgec, "run", model, "--output-dir", folder]
            for name, entry in part["inputs"].items():
                if entry.get("file") and name not in meta.get("inputs_not_in_graph", []):
                    command += ["--input", "%s=%s" % (name, os.path.join(args.case, entry["file"]))]
            run = subprocess.run(command, capture_output=True, text=True, errors="replace")
            message = run.stderr.strip()
            if run.returncode < 0 or run.returncode > 1:
                fail("exit status %d: %s" % (run.returncode, message[-500:]))
            if expect == "error":
                if run.returncode == 0:
                    fail("a damaged file was accepted")
                if "model.mge" not in message:
                    fail("the message does not name the file: " + message)
                print("refused: " + message.splitlines()[-1])
                return
            if run.returncode:
                if expect == "any" and message:
                    print("refused: " + message.splitlines()[-1])
                    return
                fail("refused: " + message)
            if expect == "any":
                return
            for number, name in enumerate(meta.get("output_order") or list(part["outputs"])):
                got = np.load(os.path.join(folder, "%d.npy" % number))
                compare(got, np.load(os.path.join(args.case, part["outputs"][name]["file"])), meta.get("tolerance", {}), name)


if __name__ == "__main__":
    main()
