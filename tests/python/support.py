"""What the tests of this folder share: the package under test, models that it can load, and their genuine outputs.

The environment says what is tested:

    MGEC_TEST_LITE    the package: mgec.lite (default), or megenginelite: MegEngine's own, over our library
    LITE_LIB_PATH     the library: ours, or MegEngine's own, which loads `.mge` files as they are
    MGEC_TEST_CACHE   folder for compiled models
    MGEC_TEST_JIT     set: nothing is compiled beforehand, the library has to start the compiler itself

`lite` is the package; tests of what only ours promises are marked `only_our_package` or `only_our_library`.
"""

import importlib
import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DATA = os.path.join(ROOT, "tests", "data")
DIGITS = os.path.join(ROOT, "examples", "digits")
for folder in (os.path.join(ROOT, "python"), DATA):  # mgec, and the copy of megenginelite; an installed one goes first
    if folder not in sys.path:
        sys.path.append(folder)

PACKAGE = os.environ.get("MGEC_TEST_LITE", "mgec.lite")
if PACKAGE == "megenginelite":
    for module in ("megfile", "pkg_resources"):  # that package needs them and uses next to nothing of them
        if importlib.util.find_spec(module) is None:
            sys.path.append(os.path.join(HERE, "stand_in", module))
lite = importlib.import_module(PACKAGE)

OUR_PACKAGE = PACKAGE == "mgec.lite"
OUR_LIBRARY = hasattr(lite.LiteNetwork._api, "mgec_register_model")

only_our_package = unittest.skipUnless(OUR_PACKAGE, "megenginelite itself does otherwise (docs/PYTHON.md)")
only_our_library = unittest.skipUnless(OUR_LIBRARY, "MegEngine's own library does otherwise (docs/PYTHON.md)")


def require_cuda(devices=1):
    """Skips a test where there are fewer CUDA devices, or a library that does not know them."""
    try:
        count = lite.LiteGlobal.get_device_count(lite.LiteDeviceType.LITE_CUDA)
    except RuntimeError:
        count = 0
    return unittest.skipUnless(count >= devices, f"needs {devices} CUDA device(s), there are {count}")


def _has_ciphers():
    model = os.path.join(DATA, "variants", "bare_aes", "model.mge")
    if not os.path.exists(model):
        return False
    config = lite.LiteConfig()
    config.bare_model_cryption_name = "AES_default"
    logging.disable()
    try:
        lite.LiteNetwork(config).load(model)
    except RuntimeError as error:
        return not any(text in str(error) for text in ("not regist", "needs an optional part", "is not in this build"))
    finally:
        logging.disable(logging.NOTSET)
    return True


#: The library may be built without ciphers and packed models.
needs_ciphers = unittest.skipUnless(_has_ciphers(), "this library is built without ciphers and packed models")


def run_tool(*words):
    """Runs the mgec program; fails if it does."""
    mgec = importlib.import_module("mgec")
    subprocess.run([mgec.compiler(), *words], check=True, stdout=subprocess.DEVNULL)


def _cache(compiler):
    """The folder of what this very build of the compiler made: the runtime refuses to choose between two builds of a model."""
    root = os.environ.get("MGEC_TEST_CACHE") or os.path.join(tempfile.gettempdir(), "mgec-test-cache", "python")
    status = os.stat(compiler)
    mine = f"{status.st_size:x}-{status.st_mtime_ns:x}"
    os.makedirs(os.path.join(root, mine), exist_ok=True)
    for other in os.listdir(root):
        if other != mine:
            shutil.rmtree(os.path.join(root, other), ignore_errors=True)
    return os.path.join(root, mine)


def compiled(model, shapes=None):
    """The path of a compiled library for a model, compiled once for all tests."""
    mgec = importlib.import_module("mgec")
    with unittest.mock.patch.dict(os.environ, MGEC_CACHE_DIR=_cache(mgec.compiler())):
        return mgec.compile(model, shapes=shapes, target="native").path


def loadable(model, shapes=None):
    """A `.mge` file that the library under test can load: compiled where that has to be done beforehand."""
    if OUR_LIBRARY and not os.environ.get("MGEC_TEST_JIT"):
        folder = os.path.dirname(compiled(model, shapes))
        known = [each for each in os.environ.get("MGEC_MODEL_PATH", "").split(":") if each]
        if folder not in known:
            os.environ["MGEC_MODEL_PATH"] = ":".join([*known, folder])
    return model


class Case:
    """A model with inputs and MegEngine's outputs (tests/data/README.md)."""

    def __init__(self, path, prepare=True, shapes=None):
        self.folder = os.path.join(DATA, path)
        with open(os.path.join(self.folder, "meta.json"), encoding="utf-8") as file:
            self.meta = json.load(file)
        self.model = os.path.join(self.folder, "model.mge")
        if prepare:
            loadable(self.model, shapes)
        self.inputs = self._arrays("inputs")
        self.outputs = self._arrays("outputs")

    def _arrays(self, what):
        return {name: np.load(os.path.join(self.folder, each["file"])) for name, each in self.meta[what].items()}

    def check(self, outputs):
        """Fails if outputs, by name, are not MegEngine's."""
        tolerance = self.meta["tolerance"]
        for name, expected in self.outputs.items():
            actual = outputs[name]
            assert actual.shape == expected.shape, (name, actual.shape, expected.shape)
            limit = tolerance["atol"] + tolerance["rtol"] * np.abs(expected).max()
            error = np.abs(actual.astype(np.float64) - expected).max()
            assert error <= limit, f"{name}: differs by {error}, allowed are {limit}"

    def fill(self, network):
        for name, value in self.inputs.items():
            network.get_io_tensor(name).set_data_by_copy(np.ascontiguousarray(value))

    def run(self, network, times=1):
        """Runs a loaded network on the inputs and checks the outputs."""
        self.fill(network)
        for _ in range(times):
            network.forward()
            network.wait()
        self.check({name: network.get_io_tensor(name).to_numpy() for name in self.outputs})


class Digits:
    """The network of examples/digits, for any batch: quick to compile, quick to run."""

    model = os.path.join(DIGITS, "digits.mge")
    shapes = {"data": "Nx1x8x8"}
    images = np.load(os.path.join(DIGITS, "images.npy"))
    expected = np.load(os.path.join(DIGITS, "expected.npy"))
    batch = images.shape[0]

    @classmethod
    def network(cls, config=None, io=None, threads=1):
        network = lite.LiteNetwork(config, io)
        if threads > 1:
            network.threads_number = threads
        network.load(loadable(cls.model, cls.shapes))
        return network

    @classmethod
    def check(cls, answers):
        assert np.abs(answers - cls.expected).max() < 1e-4


def output_of(network):
    return network.get_io_tensor(network.get_output_name(0))
