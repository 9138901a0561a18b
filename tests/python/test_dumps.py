"""Dumps and profiles, compared with what MegEngine itself writes (tests/data/dumps) and read as its tools read them."""

import contextlib
import importlib
import json
import os
import re
import shutil
import struct
import tempfile
import unittest

import numpy as np
from support import DATA, Case, Digits, lite, loadable, only_our_library

lite.set_log_level(3)

PLAIN = Case("variants/plain_v2")
RECORDED = os.path.join(DATA, "dumps")


TYPES = {0: np.float32, 1: np.uint8, 2: np.int8, 3: np.int16, 4: np.int32, 9: np.float16, 12: np.bool_, 13: np.uint16}


def read_binary(path):
    """A file of a binary dump: name and array. As megengine.tools.compare_binary_iodump reads it."""
    with open(path, "rb") as file:
        name_length, dtype, most = struct.unpack("III", file.read(12))
        assert most == 7, most
        shape = [extent for extent in struct.unpack("7I", file.read(28)) if extent]
        name = file.read(name_length).decode("ascii")
        return name, np.frombuffer(file.read(), TYPES[dtype]).reshape(shape)


class Produced:
    """A variable in a text dump."""

    def __init__(self, block):
        self.id = int(re.match(r"var(\d+) produced", block).group(1))
        self.name = re.search(r" name=(.*?) layout=", block).group(1)
        self.layout = re.search(r" layout=(\{.*?\}) owner_opr=", block).group(1)
        self.operator = int(re.search(r"\} opr(\d+)\n", block).group(1))
        self.type = re.search(r"\{(\w+)\} opr", block).group(1)
        line = re.search(r"\n val: (.*)", block).group(1)
        self.values = [float(each) for each in re.match(r"\[(.*?)(?:, \.\.\.)?\]", line).group(1).split(",")]
        self.statistics = {key: float(value) for key, value in re.findall(r"(\w+)=([-+.\de]+|nan)", line)}


def read_text(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.split(r"(?m)^(?=var\d+ produced)", file.read())[1:]
    return {each.id: each for each in map(Produced, blocks)}


class DumpTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="mgec-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def run_plain(self, before=lambda network: None, after=lambda network: None):
        network = lite.LiteNetwork()
        before(network)
        network.load(PLAIN.model)
        after(network)
        network.get_io_tensor("data").set_data_by_copy(PLAIN.inputs["data"])
        network.forward()
        network.wait()
        PLAIN.check({"output": network.get_io_tensor("output").to_numpy()})

    def test_binary(self):
        self.run_plain(lambda network: network.io_bin_dump(self.folder))
        ours = set(os.listdir(self.folder))
        genuine = {each: read_binary(os.path.join(RECORDED, "plain_v2", each)) for each in
                   os.listdir(os.path.join(RECORDED, "plain_v2"))}
        # Every file has a counterpart. What has none here are weights in the order of a kernel, and what fusion computes on the way.
        self.assertLessEqual(ours, set(genuine))
        ids = re.compile(r"var=\{id:(\d+), layout:(\{[^}]*\}), (\w+), ")
        named = set()
        for each in ours:
            name, value = read_binary(os.path.join(self.folder, each))
            self.assertEqual(ids.match(name).groups(), ids.match(genuine[each][0]).groups())
            named.add(re.search(r", name:(.*?), slot", name).group(1))
            np.testing.assert_allclose(value, genuine[each][1], rtol=1e-4, atol=1e-5)
        self.assertLessEqual({"data", "a.2.RELU", "b.2.RELU", "Reshape", "fc.ADD", "output"}, named)

    @only_our_library
    def test_whole_folder(self):
        mgec = importlib.import_module("mgec")
        compiled = mgec.compile(PLAIN.model, fusion_level=0, options=["--reference"])
        network = lite.LiteNetwork()
        network.load(str(compiled.path))
        network.io_bin_dump(self.folder)
        network.get_io_tensor("data").set_data_by_copy(PLAIN.inputs["data"])
        network.forward()
        network.wait()
        # What megengine.tools.compare_binary_iodump does with two folders.
        recorded = os.path.join(RECORDED, "plain_v2")
        self.assertEqual(set(os.listdir(self.folder)), set(os.listdir(recorded)))
        for each in os.listdir(recorded):
            (_, ours), (_, genuine) = (read_binary(os.path.join(folder, each)) for folder in (self.folder, recorded))
            self.assertEqual(ours.shape, genuine.shape)
            error = np.abs(ours - genuine) / np.maximum(np.maximum(np.abs(ours), np.abs(genuine)), 1)
            self.assertLess(error.max(), 1e-3, each)

    def test_other_models(self):
        """Several outputs, several inputs, a batch known at run time, views: outputs are dumped as the network gives them."""
        for name in ("ops/split_sections", "models/multi_io", "ops/reshape_shape_arith"):
            with self.subTest(name):
                case = Case(name)
                self.check_outputs(case.model, case.inputs)
        self.check_outputs(loadable(Digits.model, Digits.shapes), {"data": Digits.images[:3]})

    def check_outputs(self, model, inputs):
        folder = tempfile.mkdtemp(dir=self.folder)
        network = lite.LiteNetwork()
        network.io_bin_dump(folder)
        network.load(model)
        for name, value in inputs.items():
            network.get_io_tensor(name).set_data_by_copy(np.ascontiguousarray(value))
        network.forward()
        network.wait()
        files = {}
        for each in os.listdir(folder):
            title, value = read_binary(os.path.join(folder, each))
            files.setdefault(re.search(r", name:(.*?), slot", title).group(1), []).append(value)
        for name, value in inputs.items():
            np.testing.assert_array_equal(files[name][0].reshape(np.shape(value)), value)
        for name in network.get_all_output_name():
            output = network.get_io_tensor(name).to_numpy()
            found = [each for values in files.values() for each in values if each.size == output.size]
            self.assertTrue(any(np.array_equal(each.ravel(), output.ravel()) for each in found), name)

    def test_text(self):
        path = os.path.join(self.folder, "io.txt")
        self.run_plain(lambda network: network.io_txt_dump(path))
        genuine, ours = read_text(os.path.join(RECORDED, "plain_v2.txt")), read_text(path)
        self.assertLessEqual(set(ours), set(genuine))
        self.assertGreaterEqual(len(ours), 6)
        for each in ours.values():
            other = genuine[each.id]
            self.assertEqual((each.name, each.layout, each.operator, each.type),
                             (other.name, other.layout, other.operator, other.type))
            np.testing.assert_allclose(each.values, other.values, rtol=2e-3, atol=1e-5)
            self.assertEqual(set(each.statistics), set(other.statistics))
            for key, value in each.statistics.items():
                # three digits are written
                np.testing.assert_allclose(value, other.statistics[key], rtol=1.1e-2, atol=1e-5, err_msg=key)

    def test_profile(self):
        path = os.path.join(self.folder, "profile.json")
        self.run_plain(after=lambda network: network.enable_profile_performance(path))
        with open(path, encoding="utf-8") as file:
            root = json.load(file)
        graph, profiler = root["graph_exec"], root["profiler"]
        for operator in graph["operator"].values():  # megengine.utils.profile_analyzer looks these up
            for key in operator["input"] + operator["output"]:
                self.assertIn(key, graph["var"])
        kernels = {key: each for key, each in graph["operator"].items() if "kernel" in each["extra"]}
        self.assertEqual(set(kernels), set(profiler["device"]))
        self.assertEqual(set(kernels), set(profiler["opr_footprint"]))
        fused = {number for each in kernels.values() for number in each["extra"]["fused"]}
        self.assertLessEqual({"9", "16", "20", "23", "39", "42", "44"}, fused)  # each variable that is computed
        convolution = next(key for key, each in kernels.items() if "9" in each["extra"]["fused"])
        self.assertEqual(kernels[convolution]["type"], "ConvolutionForward")
        self.assertEqual(profiler["opr_footprint"][convolution]["computation"], 2 * 16 * 16 * 8 * 3 * 9)

    def test_memory(self):
        with contextlib.ExitStack() as stack:
            stack.callback(os.chdir, os.getcwd())
            os.chdir(self.folder)
            self.run_plain(after=lambda network: network.get_static_memory_alloc_info("logs/test"))
        with open(os.path.join(self.folder, "logs/test/StaticMemoryInfo.json"), encoding="utf-8") as file:
            root = json.load(file)
        steps = len(root["opr"])
        self.assertEqual(set(root["opr"]), {str(each) for each in range(steps)})
        kinds = [each["type"] for each in root["chunk"].values()]
        self.assertIn("static_mem", kinds)
        self.assertIn("weight_mem", kinds)
        for each in root["chunk"].values():
            self.assertLess(int(each["logic_addr_begin"]), int(each["logic_addr_end"]))
            self.assertLess(int(each["time_begin"]), int(each["time_end"]))
            self.assertLessEqual(int(each["time_end"]), steps)
        # No two live at one place at one time, unless one takes the place of the other.
        live = [each for each in root["chunk"].values() if each["type"] == "static_mem"]
        for i, a in enumerate(live):
            for b in live[i + 1:]:
                if "-1" != b["overwrite_dest_id"]:
                    continue
                together = int(a["time_begin"]) < int(b["time_end"]) and int(b["time_begin"]) < int(a["time_end"])
                meet = int(a["logic_addr_begin"]) < int(b["logic_addr_end"]) and \
                    int(b["logic_addr_begin"]) < int(a["logic_addr_end"])
                self.assertFalse(together and meet, (a, b))

    def test_what_cannot_be_written(self):
        network = lite.LiteNetwork()
        with self.assertLogs(level="ERROR"):
            for action in (network.io_txt_dump, network.io_bin_dump, network.enable_profile_performance):
                with self.assertRaisesRegex(RuntimeError, "failed to open .*none"):
                    action(os.path.join(self.folder, "none", "file"))


if __name__ == "__main__":
    unittest.main()
