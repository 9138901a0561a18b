#!/usr/bin/env python3
"""Every MegEngine operator that the compiler says it supports appears in a case of tests/data.

    covered.py OPS.md DATA

OPS.md is the generated op reference, whose table names the operators.
"""
import json
import os
import re
import sys

from mgectest import fail, say

# What V1 files call ConvBiasForward, which has cases.
OTHER_NAMES = {"ConvBiasForwardV4"}


def main():
    with open(sys.argv[1]) as file:
        rows = re.findall(r"^\| `mge\.\w+` \| ([^|]*) \|", file.read(), re.M)
    supported = {name.strip() for row in rows for name in row.split(",")} - {"-"}
    if len(supported) < 20:
        fail("%s lists %d operators only" % (sys.argv[1], len(supported)))
    seen = set()
    for folder, _, files in os.walk(sys.argv[2]):
        if "meta.json" in files:
            with open(os.path.join(folder, "meta.json")) as file:
                meta = json.load(file)
            if meta.get("expect", "ok") in ("ok", "testcase"):
                seen.update(meta.get("op_types", []))
    missing = sorted(supported - seen - OTHER_NAMES)
    if missing:
        fail("no case has: " + ", ".join(missing))
    say("%d operators, each with a case" % len(supported))


if __name__ == "__main__":
    main()
