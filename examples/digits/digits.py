"""Compiles the digits network from Python, reads 60 pictures with it, and does so once more as a MegEngine Lite program would.

    python3 examples/digits/digits.py          # from the repository's root, after scripts/build.sh

Needs numpy. The last line says how many pictures were read right; the exit status is 0 if the answers are MegEngine's.
"""

import pathlib
import sys

import numpy as np

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "python"))  # not needed where the package is installed

import mgec  # noqa: E402
import mgec.lite as megenginelite  # noqa: E402  # a program written for megenginelite needs no other change

images = np.load(here / "images.npy")  # float32, (60, 1, 8, 8)
labels = np.load(here / "labels.npy")
expected = np.load(here / "expected.npy")  # what MegEngine answers

# Compile: the library goes to the cache; N is a size known at run time.
model = mgec.compile(here / "digits.mge", shapes={"data": ["N", 1, 8, 8]})

# Run, in one line.
(scores,) = model.run({"data": images}).values()

# Run, as MegEngine Lite has it: no copy at the input, a view at the output.
network = megenginelite.LiteNetwork()
network.load(model)
network.get_io_tensor(network.get_input_name(0)).set_data_by_share(images)
network.forward()
network.wait()
view = network.get_io_tensor(network.get_output_name(0)).get_data_by_share()

for picture, answer in list(zip(images, scores))[:2]:
    for row in picture[0]:
        print("  " + "".join(" .:-=+*#%@"[min(int(value * 10 / images.max()), 9)] * 2 for value in row))
    print(f"  -> {answer.argmax()} ({answer.max():.0%})\n")
print(f"{(scores.argmax(1) == labels).sum()} of {len(labels)} right")
sys.exit(0 if np.array_equal(view, scores) and np.abs(scores - expected).max() < 1e-4 else 1)
