"""The compiler from Python: mgec.compile, mgec.info, mgec.explain, python -m mgec."""

import io
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np
from support import DATA, DIGITS, ROOT, Case, Digits, lite, only_our_library

import mgec


class TestCompile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mgec-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name):
        return os.path.join(self.folder, name)

    @only_our_library
    def test_library(self):
        stages = []
        model = mgec.compile(Digits.model, self.file("digits.so"), shapes={"data": ["N", 1, 8, 8]}, progress=stages.append)
        self.assertEqual(os.fspath(model), self.file("digits.so"))
        self.assertIn("arena", model.report)
        self.assertTrue(any("plan" in stage for stage in stages), stages)
        self.assertEqual(len(stages), len(set(stages)), "each stage once")

        answers = model.run({"data": Digits.images})
        self.assertEqual(list(answers), [model.load().get_output_name(0)])
        Digits.check(next(iter(answers.values())))
        network = lite.LiteNetwork()
        network.load(model)
        network.get_io_tensor("data").set_data_by_copy(Digits.images)
        network.forward()
        network.wait()
        Digits.check(network.get_io_tensor(network.get_output_name(0)).to_numpy())
        self.assertEqual(model.load(threads=2).threads_number, 2)
        with self.assertRaises(TypeError):
            model.run({"data": Digits.images.astype(np.float64)})

    @only_our_library
    def test_variants(self):
        case = Case("models/multi_io", prepare=False)
        shapes = [{name: array.shape for name, array in case.inputs.items()}]
        model = mgec.compile(case.model, self.file("multi.so"), shapes=shapes, target=["generic", "x86-64-v3"], progress=False)
        case.check(model.run(case.inputs))

    def test_sources(self):
        model = mgec.compile(Digits.model, self.file("sources"), name="figures", target="generic", progress=False)
        self.assertTrue(os.path.exists(self.file("sources/manifest.json")))
        with self.assertRaises(mgec.CompileError):
            model.load()

    def test_cache(self):
        with mock.patch.dict(os.environ, MGEC_CACHE_DIR=self.folder):
            first = mgec.compile(Digits.model, progress=False)
            made = os.stat(first.path).st_mtime_ns
            self.assertEqual(mgec.compile(Digits.model, progress=False).path, first.path)
            self.assertEqual(os.stat(first.path).st_mtime_ns, made)
            other = mgec.compile(Digits.model, shapes={"data": "2x1x8x8"}, progress=False)
            self.assertNotEqual(other.path, first.path)
            self.assertEqual(len(os.listdir(os.path.dirname(first.path))), 2)

    def test_errors(self):
        with self.assertRaisesRegex(mgec.CompileError, "README.md: this is no MegEngine model") as caught:
            mgec.compile(os.path.join(ROOT, "README.md"), self.file("x.so"))
        self.assertEqual(caught.exception.returncode, 1)
        for call in (
            lambda: mgec.compile(self.file("missing.mge")),
            lambda: mgec.compile(self.file("missing.mge"), self.file("x.so")),
            lambda: mgec.compile(Digits.model, self.file("x.so"), shapes={"nothing": [1]}),
            lambda: mgec.compile(Digits.model, self.file("x.so"), options=["--nonsense"]),
            lambda: mgec.info(os.path.join(DATA, "variants", "err_text", "model.mge")),
            lambda: mgec.explain(self.file("missing.mge")),
        ):
            with self.assertRaises(mgec.CompileError):
                call()
        self.assertEqual(os.listdir(self.folder), [])
        with mock.patch.dict(os.environ, MGEC_COMPILER=self.file("none")), self.assertRaises(mgec.CompileError):
            mgec.info(Digits.model)

    def test_progress_on_standard_error(self):
        with mock.patch("sys.stderr", io.StringIO()) as stderr:
            mgec.compile(Digits.model, self.file("x"), progress=True)
            self.assertIn("compiling digits: fuse ...", stderr.getvalue())
        with mock.patch("sys.stderr", io.StringIO()) as stderr:
            mgec.compile(Digits.model, self.file("y"))
            self.assertEqual(stderr.getvalue(), "")

    def test_info_and_explain(self):
        info = mgec.info(Digits.model)
        self.assertEqual(info["inputs"], [{"dtype": "Float32", "name": "data", "shape": [1, 1, 8, 8]}])
        groups = mgec.explain(Digits.model, shapes=Digits.shapes)["variants"][0]["groups"]
        self.assertTrue(all("row" in group for group in groups))

    def test_command_line(self):
        environment = dict(os.environ, PYTHONPATH=os.path.join(ROOT, "python"))
        for arguments, status, text in ((["--version"], 0, "mgec "), (["info", self.file("none")], 1, "mgec: error: ")):
            done = subprocess.run(
                [sys.executable, "-m", "mgec", *arguments], env=environment, capture_output=True, text=True, check=False
            )
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(text, done.stdout + done.stderr)

    def test_example(self):
        """The program of the examples, as its README calls it."""
        done = subprocess.run(
            [sys.executable, os.path.join(DIGITS, "digits.py")], capture_output=True, text=True, env=os.environ, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("60 of 60 right", done.stdout)


if __name__ == "__main__":
    unittest.main()
