"""Every name of megenginelite is in mgec.lite, with the same parameters, values and fields."""

import importlib
import inspect
import os
import sys
import unittest

from support import DATA, HERE, OUR_PACKAGE, lite

# Modules and helpers that a star import of megenginelite brings along by accident, and that nobody can need.
IGNORED = {"megfile", "check_misc", "base", "struct", "tensor", "network", "global_setting", "utils"}
CLASSES = [
    "LiteConfig",
    "LiteExtraConfig",
    "LiteGlobal",
    "LiteIO",
    "LiteLayout",
    "LiteNetwork",
    "LiteNetworkIO",
    "LiteOptions",
    "LiteTensor",
    "TensorBatchCollector",
]


@unittest.skipUnless(OUR_PACKAGE, "compares the two packages")
class TestNames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.genuine = importlib.import_module("megenginelite")
        except ImportError:  # without the two packages that it needs
            for module in ("megfile", "pkg_resources"):
                sys.path.append(os.path.join(HERE, "stand_in", module))
            cls.genuine = importlib.import_module("megenginelite")
        except AttributeError as error:
            raise unittest.SkipTest(f"megenginelite cannot be loaded over this library: {error}") from error

    def test_module(self):
        names = {name for name in vars(self.genuine) if not name.startswith("_")}
        self.assertEqual(names - set(vars(lite)) - IGNORED, set())
        star = {}
        exec("from mgec.lite import *", star)
        self.assertEqual(names - set(star) - IGNORED - {"config_env"}, set())

    def test_classes(self):
        for name in CLASSES:
            theirs, ours = getattr(self.genuine, name), getattr(lite, name)
            missing = {each for each in vars(theirs) if not each.startswith("_")} - set(dir(ours))
            self.assertEqual(missing, set(), name)
            for method in [*vars(theirs), "__init__"]:
                if not inspect.isfunction(getattr(theirs, method, None)) or (method.startswith("_") and method != "__init__"):
                    continue
                expected = list(inspect.signature(getattr(theirs, method)).parameters.values())
                actual = list(inspect.signature(getattr(ours, method)).parameters.values())
                for mine, other in zip(actual, expected):
                    same = mine.name == other.name and (mine.default == other.default or other.default is inspect._empty)
                    self.assertTrue(same, f"{name}.{method}: {mine} for {other}")
                self.assertGreaterEqual(len(actual), len(expected), f"{name}.{method}")

    def test_functions(self):
        for name in ("LiteTensorConcat", "get_model_io_info", "lite_dtype_2_numpy", "decryption_func", "set_log_level"):
            expected = inspect.signature(getattr(self.genuine, name)).parameters
            self.assertEqual(list(inspect.signature(getattr(lite, name)).parameters), list(expected), name)

    def test_enums(self):
        for name in dir(self.genuine):
            theirs = getattr(self.genuine, name)
            if not name.startswith("Lite") or not hasattr(theirs, "__members__"):
                continue
            for member, value in theirs.__members__.items():
                if member != "LITE_UINT16":  # 6 there, which is no uint16 in the library
                    self.assertEqual(int(value), int(getattr(lite, name)[member]), member)

    def test_structures(self):
        for name in ("LiteOptions", "LiteConfig", "LiteExtraConfig", "LiteIO", "LiteLayout"):
            theirs, ours = getattr(self.genuine, name), getattr(lite, name)
            offsets = [(getattr(theirs, field[0]).offset, getattr(theirs, field[0]).size) for field in theirs._fields_]
            self.assertEqual(
                offsets, [(getattr(ours, field[0]).offset, getattr(ours, field[0]).size) for field in ours._fields_], name
            )
        options = lite.LiteOptions()
        for field in self.genuine.LiteOptions._fields_:
            self.assertEqual(getattr(options, field[0]), getattr(self.genuine.LiteOptions(), field[0]), field[0])

    def test_submodules(self):
        for name in ("base", "struct", "tensor", "network", "global_setting", "utils"):
            importlib.import_module("mgec.lite." + name)
        self.assertTrue(os.path.isdir(DATA))


if __name__ == "__main__":
    unittest.main()
