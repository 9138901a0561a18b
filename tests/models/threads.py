#!/usr/bin/env python3
"""The number of threads never changes a result: 1, 2 and 5 threads give the same bits.

    threads.py --mgec build/bin/mgec CASE
"""
import argparse
import os

from mgectest import Case, mgec, outputs_of, same_bits, say, scratch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("case")
    args = parser.parse_args()
    case = Case(args.case)
    part = case.parts[-1]
    with scratch() as folder:
        results = []
        for threads in (1, 2, 5):
            out = os.path.join(folder, str(threads))
            mgec(args.mgec, "run", case.model, "--threads", str(threads), "--output-dir", out, "--quiet", *part.arguments())
            results.append(outputs_of(out))
        part.check(os.path.join(folder, "1"))
        for other, threads in zip(results[1:], (2, 5)):
            for number, (a, b) in enumerate(zip(results[0], other)):
                same_bits(a, b, "output %d with 1 and %d threads" % (number, threads))
        say("%d outputs, the same bits with 1, 2 and 5 threads" % len(results[0]))


if __name__ == "__main__":
    main()
