#!/usr/bin/env python3
"""Every row of the kernel table is chosen in some case that is checked against MegEngine, on each set of targets.

    every_row.py --mgec build/bin/mgec ROWS.md TARGETS=FOLDER... [TARGETS=FOLDER:ROW...]

ROWS.md is the generated table. FOLDER is a case, or holds cases, that check.py runs for TARGETS; with ROW it does so with
--force-row ROW.
"""
import argparse
import os
import re
from concurrent.futures import ThreadPoolExecutor

from mgectest import Case, chosen_rows, fail, say


def cases_of(folder):
    if os.path.exists(os.path.join(folder, "meta.json")):
        return [folder]
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("table")
    parser.add_argument("runs", nargs="+")
    args = parser.parse_args()
    with open(args.table) as file:
        table = re.findall(r"^\| `(\w+)` \|", file.read(), re.M)
    if len(table) < 20:
        fail("%s lists %d rows only" % (args.table, len(table)))
    jobs = []
    for run in args.runs:
        targets, folder = run.split("=")
        folder, _, row = folder.partition(":")
        jobs += [(targets, case, row) for case in cases_of(folder)]

    def rows_of(job):
        targets, folder, row = job
        case = Case(folder)
        if case.expect not in ("ok", "testcase"):
            return set()
        return chosen_rows(args.mgec, case, ["--target", targets] + (["--force-row", row] if row else []))

    seen, missing = {}, []
    with ThreadPoolExecutor(2) as pool:
        for (targets, folder, row), rows in zip(jobs, pool.map(rows_of, jobs)):
            if row and row not in rows:
                missing.append("%s: %s, forced, in %s" % (targets, row, os.path.basename(folder)))
            seen.setdefault(targets, set()).update(rows)
    unknown = sorted(set().union(*seen.values()) - set(table))
    if unknown:
        fail("rows that no kernels.inc lists: " + ", ".join(unknown))
    missing += ["%s: %s" % (targets, row) for targets, rows in seen.items() for row in table if row not in rows]
    if missing:
        fail("rows that no case runs, or not as it should:\n  " + "\n  ".join(missing))
    say("%d rows, each run on %s" % (len(table), " and ".join(seen)))


if __name__ == "__main__":
    main()
