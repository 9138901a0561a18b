#!/usr/bin/env python3
"""No convolution, matrix product or pooling of a network runs on a reference kernel.

    rows.py --mgec build/bin/mgec CASE [--target T]

Asks `mgec explain --json`, for every set of shapes that the case has.
"""
import argparse
import json

from mgectest import Case, fail, mgec, say

ANCHORS = ("conv", "matmul", "pool")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--target", default="native")
    parser.add_argument("case")
    args = parser.parse_args()
    case = Case(args.case)
    slow, rows = [], {}
    for part in case.parts:
        result = mgec(args.mgec, "explain", case.model, "--json", "--target", args.target, *part.shapes())
        variants = json.loads(result.out)["variants"]
        if len(variants) != 1:
            fail("%d variants for one set of shapes" % len(variants))
        groups = variants[0]["groups"]
        if not any(group["anchor"] in ANCHORS for group in groups):
            fail("the network has no group around any of: " + ", ".join(ANCHORS))
        for group in groups:
            if not group["row"]:
                fail("no row was chosen for %s" % group["label"])
            if group["anchor"] not in ANCHORS:
                continue
            rows[group["row"]] = rows.get(group["row"], 0) + 1
            if group["row"] == "reference":
                reasons = "; ".join("%(row)s %(reason)s" % each for each in group["refused"])
                slow.append("%s (%s, %s): %s" % (group["label"], group["operations"], group["output"], reasons or "no other row"))
    if slow:
        fail("%d groups run on reference kernels:\n  %s" % (len(slow), "\n  ".join(slow)))
    say(", ".join("%d %s" % (count, row) for row, count in sorted(rows.items())))


if __name__ == "__main__":
    main()
