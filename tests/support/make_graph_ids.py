#!/usr/bin/env python3
"""Writes tests/data/read/graph_ids.txt: how MegEngine numbers the operators and variables of the models in tests/data.

Needs MegEngine 1.13. A model is a line with its path; the lines after it, up to an empty one, are the operators that its
outputs need: id, type, ids of the variables.

    python tests/support/make_graph_ids.py
"""
import pathlib

from megengine.core.tensor.megbrain_graph import load_graph

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"


def operators(path):
    found, queue = {}, [var.owner for var in load_graph(str(path)).output_vars_list]
    while queue:
        op = queue.pop()
        if op.id not in found:
            found[op.id] = op
            queue += [var.owner for var in op.inputs]
    return [found[key] for key in sorted(found)]


def main():
    with open(DATA / "read" / "graph_ids.txt", "w") as out:
        for path in sorted(DATA.glob("*/**/*.mge")):
            try:
                found = operators(path)
            except BaseException as error:  # damaged and encrypted files, test cases: nothing that MegEngine loads so
                print(f"{path.relative_to(DATA)}: {str(error).splitlines()[0][:80]}")
                continue
            print(path.relative_to(DATA), file=out)
            for op in found:
                print(op.id, op.type, *[var.id for var in op.outputs], file=out)
            print(file=out)


if __name__ == "__main__":
    main()
