#!/usr/bin/env python3
"""Writes tests/data/dumps: what MegEngine itself dumps of a model, for comparison.

Needs the Python package megenginelite 1.13.

    python tests/support/make_dumps.py
"""
import pathlib
import shutil
import tempfile

import megenginelite as lite
import numpy as np

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"


def run(prepare):
    network = lite.LiteNetwork()
    prepare(network)
    network.load(str(DATA / "variants/plain_v2/model.mge"))
    network.get_io_tensor("data").set_data_by_copy(np.load(DATA / "variants/plain_v2/in_data.npy"))
    network.forward()
    network.wait()


def main():
    out = DATA / "dumps"
    shutil.rmtree(out, ignore_errors=True)
    (out / "plain_v2").mkdir(parents=True)
    run(lambda network: network.io_txt_dump(str(out / "plain_v2.txt")))
    with tempfile.TemporaryDirectory() as folder:
        run(lambda network: network.io_bin_dump(folder))
        for file in pathlib.Path(folder).iterdir():
            shutil.copy(file, out / "plain_v2")


if __name__ == "__main__":
    main()
