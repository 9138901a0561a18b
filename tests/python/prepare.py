"""Compiles what the tests of this folder load, each model once."""

import unittest

from support import Case, Digits, loadable


class Prepare(unittest.TestCase):
    def test_models(self):
        loadable(Digits.model, Digits.shapes)
        for case in ("models/shufflenet_v2_x1_0", "models/multi_io", "models/mtcnn_pnet", "variants/plain_v2"):
            Case(case)


if __name__ == "__main__":
    unittest.main()
