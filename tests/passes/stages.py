#!/usr/bin/env python3
"""`mgec compile --dump-stages` writes one numbered file a stage, which mgec-opt reads; `--stop-after` prints the same stage.

    stages.py --mgec build/bin/mgec --mgec-opt build/bin/mgec-opt MODEL
"""
import argparse
import os

from mgectest import fail, mgec, run, say, scratch

STAGES = ["import", "infer", "simplify", "fuse", "choose", "tile-fuse", "pack", "plan", "build", "legalise"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--mgec-opt", required=True)
    parser.add_argument("model")
    args = parser.parse_args()
    with scratch() as folder:
        dumps = os.path.join(folder, "dumps")
        mgec(args.mgec, "compile", args.model, "-o", os.path.join(folder, "out"), "--quiet", "--dump-stages", dumps)
        want = ["%02d-%s.mlir" % (number + 1, stage) for number, stage in enumerate(STAGES)]
        if sorted(os.listdir(dumps)) != want:
            fail("dumps are %s, want %s" % (sorted(os.listdir(dumps)), want))
        for stage, name in zip(STAGES, want):
            path = os.path.join(dumps, name)
            run([args.mgec_opt, path])
            with open(path) as file:
                text = file.read()
            if stage != "import" and 'stage = "%s"' % stage not in text:
                fail("%s does not say that it is after %s" % (name, stage))
            printed = mgec(args.mgec, "compile", args.model, "-o", os.path.join(folder, "none"), "--stop-after", stage).out
            if printed.strip() != text.strip():
                fail("--stop-after %s prints something else than --dump-stages writes" % stage)
        if os.path.exists(os.path.join(folder, "none")):
            fail("--stop-after wrote an artifact")
        say("%d stages" % len(want))


if __name__ == "__main__":
    main()
