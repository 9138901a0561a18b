"""MegEngine Lite's test_network.py, with its names: what a program does with networks on a CPU."""

import json
import os
import shutil
import tempfile
import threading
import unittest

import numpy as np
from support import (
    DATA,
    OUR_LIBRARY,
    Case,
    Digits,
    lite,
    needs_ciphers,
    only_our_library,
    only_our_package,
    run_tool,
)

lite.set_log_level(3)

# MegEngine's own search for layouts does not end on every processor.
global_layout = only_our_library

SHUFFLENET = Case("models/shufflenet_v2_x1_0")


class TestVersion(unittest.TestCase):
    def test_version(self):
        self.assertRegex(lite.version, r"^1\.\d+\.\d+$")
        self.assertEqual(lite.__version__, lite.version)

    def test_config(self):
        config = lite.LiteConfig()
        config.bare_model_cryption_name = "nothing"
        self.assertIn("nothing", repr(config))
        config.bare_model_cryption_name = b"bytes"
        self.assertEqual(config.bare_model_cryption_name, "bytes")

    def test_network_io(self):
        io_type, layout = lite.LiteIOType, lite.LiteLayout
        input_io1 = lite.LiteIO("data1", is_host=False, io_type=io_type.LITE_IO_VALUE)
        input_io2 = lite.LiteIO("data2", is_host=True, io_type=io_type.LITE_IO_SHAPE, layout=layout([2, 4, 4]))
        io = lite.LiteNetworkIO()
        io.add_input(input_io1)
        io.add_input(input_io2)
        io.add_input("data3", False)
        output_io1 = lite.LiteIO("out1", is_host=False)
        output_io2 = lite.LiteIO("out2", is_host=True, layout=layout([1, 1000]))
        io.add_output(output_io1)
        io.add_output(output_io2)
        self.assertEqual((len(io.inputs), len(io.outputs)), (3, 2))
        self.assertEqual(io.inputs[0], input_io1)
        self.assertEqual(io.outputs[0], output_io1)
        c_io = io._create_network_io()
        self.assertEqual((c_io.input_size, c_io.output_size), (3, 2))

        ins = [["data1", True], ["data2", False, io_type.LITE_IO_SHAPE]]
        outs = [["out1", True], ["out2", False, io_type.LITE_IO_VALUE]]
        for made in (lite.LiteNetworkIO(ins, outs), lite.LiteNetworkIO([input_io1, input_io2], [output_io1, output_io2])):
            self.assertEqual((len(made.inputs), len(made.outputs)), (2, 2))

        test_io = lite.LiteIO("test")
        self.assertEqual(test_io.name, "test")
        test_io.name = "test2"
        self.assertEqual(test_io.name, "test2")


class TestShuffleNet(unittest.TestCase):
    model_path = SHUFFLENET.model
    input_data = SHUFFLENET.inputs["data"]
    correct_data = SHUFFLENET.outputs["output"]

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="mgec-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name):
        return os.path.join(self.folder, name)

    def loaded(self, config=None, io=None):
        network = lite.LiteNetwork(config, io)
        network.load(self.model_path)
        return network

    def check_correct(self, out_data):
        SHUFFLENET.check({"output": out_data.reshape(self.correct_data.shape)})

    def tensors(self, network):
        return (
            network.get_io_tensor(network.get_input_name(0)),
            network.get_io_tensor(network.get_output_name(0)),
        )

    def do_forward(self, network, times=3):
        input_tensor, output_tensor = self.tensors(network)
        input_tensor.set_data_by_copy(self.input_data)
        for _ in range(times):
            network.forward()
            network.wait()
        self.check_correct(output_tensor.to_numpy())


class TestNetwork(TestShuffleNet):
    @needs_ciphers
    def test_decryption(self):
        case = Case("variants/bare_aes", prepare=False)
        config = lite.LiteConfig()
        config.bare_model_cryption_name = b"AES_default"
        network = lite.LiteNetwork(config)
        self.prepare_variants()
        network.load(case.model)
        case.run(network)

    def prepare_variants(self):
        Case("variants/plain_v2")  # the model that is in all of them: recognised by its content

    @needs_ciphers
    def test_pack_model(self):
        case = Case("variants/pack_rc4_both", prepare=False)
        self.prepare_variants()
        network = lite.LiteNetwork()
        network.load(case.model)
        case.run(network)

    @needs_ciphers
    def test_disable_model_config(self):
        case = Case("variants/pack_info_options", prepare=False)
        self.prepare_variants()
        network = lite.LiteNetwork()
        network.extra_configure(lite.LiteExtraConfig(True))
        network.load(case.model)
        case.run(network)

    @only_our_package
    @needs_ciphers
    def test_model_extra_info(self):
        """What is packed with a model arrives from the file and from the library that was compiled from it."""
        case = Case("variants/pack_info_options", prepare=False)
        self.prepare_variants()
        library = self.file("packed.so")
        run_tool("compile", "-q", case.model, "-o", library)
        for file in (case.model, library):
            with self.subTest(file):
                network = lite.LiteNetwork()
                network.load(file)
                self.assertEqual(json.loads(network.extra_info), {"note": "hello"})
                case.run(network)

    @needs_ciphers
    def test_pack_cache_to_model(self):
        case = Case("variants/plain_v2")
        cache, packed = self.file("choices.cache"), self.file("packed_with_cache.mge")
        lite.LiteGlobal.dump_persistent_cache(cache)
        run_tool("pack", case.model, "--algo-cache", cache, "-o", packed)
        network = lite.LiteNetwork()
        network.load(packed)
        case.run(network)

    def check_input_layout(self, layout):
        self.assertEqual(layout.shapes, [1, 3, 224, 224])
        self.assertEqual(layout.data_type, lite.LiteDataType.LITE_FLOAT)
        self.assertEqual(layout.ndim, 4)

    def test_network_basic(self):
        network = self.loaded()
        self.check_input_layout(self.tensors(network)[0].layout)
        self.do_forward(network)

    def test_network_shared_data(self):
        network = self.loaded()
        input_tensor, output_tensor = self.tensors(network)
        input_tensor.set_data_by_share(self.input_data)
        for _ in range(3):
            network.forward()
            network.wait()
        self.check_correct(output_tensor.to_numpy())

    def test_network_get_name(self):
        network = self.loaded()
        self.assertEqual(network.get_all_input_name(), ["data"])
        self.assertEqual(network.get_all_output_name()[0], network.get_output_name(0))
        self.do_forward(network)

    def test_network_get_name_before_load(self):
        network = lite.LiteNetwork()
        self.assertIsNone(network.get_all_input_name())
        self.assertIsNone(network.get_all_output_name())
        with self.assertRaises(RuntimeError):
            network.get_input_name(0)

    def test_network_set_device_id(self):
        network = lite.LiteNetwork()
        self.assertEqual(network.device_id, 0)
        network.device_id = 1
        network.load(self.model_path)
        self.assertEqual(network.device_id, 1)
        with self.assertRaises(RuntimeError):
            network.device_id = 1
        self.do_forward(network)

    def test_network_set_stream_id(self):
        network = lite.LiteNetwork()
        self.assertEqual(network.stream_id, 0)
        network.stream_id = 1
        network.load(self.model_path)
        self.assertEqual(network.stream_id, 1)
        with self.assertRaises(RuntimeError):
            network.stream_id = 1
        self.do_forward(network)

    def test_network_set_thread_number(self):
        network = lite.LiteNetwork()
        self.assertEqual(network.threads_number, 1)
        network.threads_number = 2
        network.load(self.model_path)
        self.assertEqual(network.threads_number, 2)
        with self.assertRaises(RuntimeError):
            network.threads_number = 2
        self.do_forward(network)

    def test_network_cpu_inplace(self):
        network = lite.LiteNetwork()
        self.assertFalse(network.is_cpu_inplace_mode())
        network.enable_cpu_inplace_mode()
        network.load(self.model_path)
        self.assertTrue(network.is_cpu_inplace_mode())
        with self.assertRaises(RuntimeError):
            network.enable_cpu_inplace_mode()
        self.do_forward(network)

    def test_network_option(self):
        option = lite.LiteOptions()
        option.weight_preprocess = 1
        option.var_sanity_check_first_run = 0
        self.do_forward(self.loaded(lite.LiteConfig(option=option)))

    @only_our_package
    def test_network_option_record_level(self):
        option = lite.LiteOptions()
        option.record_level = 1
        self.assertEqual(option.comp_node_seq_record_level, 1)
        self.do_forward(self.loaded(lite.LiteConfig(option=option)))

    def test_network_reset_io(self):
        option = lite.LiteOptions()
        option.var_sanity_check_first_run = 0
        ios = lite.LiteNetworkIO()
        ios.add_input(lite.LiteIO("data"))
        network = self.loaded(lite.LiteConfig(option=option), ios)
        self.assertEqual(network.get_io_tensor("data").device_type, lite.LiteDeviceType.LITE_CPU)
        self.do_forward(network)

    def test_network_by_share(self):
        network = self.loaded()
        input_tensor, output_tensor = self.tensors(network)
        self.assertEqual(input_tensor.device_type, lite.LiteDeviceType.LITE_CPU)
        tensor_tmp = lite.LiteTensor(layout=lite.LiteLayout(self.input_data.shape, self.input_data.dtype))
        tensor_tmp.set_data_by_share(self.input_data)
        input_tensor.share_memory_with(tensor_tmp)
        for _ in range(3):
            network.forward()
            network.wait()
        self.check_correct(output_tensor.to_numpy())

    def sharing(self, how):
        option = lite.LiteOptions()
        option.var_sanity_check_first_run = 0
        src_network = self.loaded(lite.LiteConfig(option=option))
        new_network = lite.LiteNetwork()
        new_network.enable_cpu_inplace_mode()
        how(new_network, src_network)
        self.do_forward(src_network)
        self.do_forward(new_network)

    def test_network_share_weights(self):
        self.sharing(lambda new, src: new.share_weights_with(src))

    def test_network_share_runtime_memory(self):
        def share(new, src):
            new.share_runtime_memroy(src)
            new.load(self.model_path)

        self.sharing(share)

    @only_our_package
    def test_network_share_runtime_memory_spelt_right(self):
        def share(new, src):
            new.share_runtime_memory_with(src)
            new.load(self.model_path)

        self.sharing(share)

    def test_network_async(self):
        calls = []
        finished = threading.Event()

        def async_callback():
            calls.append(threading.get_ident())
            finished.set()
            return 0

        option = lite.LiteOptions()
        option.var_sanity_check_first_run = 0
        network = self.loaded(lite.LiteConfig(option=option))
        network.async_with_callback(async_callback)
        input_tensor, output_tensor = self.tensors(network)
        input_tensor.set_data_by_share(self.input_data)
        for run in range(1, 4):
            finished.clear()
            network.forward()
            self.assertTrue(finished.wait(60))
            self.check_correct(output_tensor.to_numpy())
            if OUR_LIBRARY or lite.__name__ == "mgec.lite":
                network.wait()
                self.assertEqual(len(calls), run, "once a forward")
        self.assertNotIn(threading.get_ident(), calls)

    def test_network_start_callback(self):
        network = self.loaded()
        seen = []

        def start_callback(ios):
            seen.extend((io.name, tensor.to_numpy()) for io, tensor in ios.items())
            return 0

        network.set_start_callback(start_callback)
        self.do_forward(network, 1)
        self.assertEqual([name for name, _ in seen], ["data"])
        np.testing.assert_array_equal(seen[0][1], self.input_data)

    def test_network_finish_callback(self):
        network = self.loaded()
        seen = []

        def finish_callback(ios):
            seen.extend((io.name, tensor.to_numpy()) for io, tensor in ios.items())
            return 0

        network.set_finish_callback(finish_callback)
        self.do_forward(network, 1)
        self.assertEqual([name for name, _ in seen], [network.get_output_name(0)])
        self.check_correct(seen[0][1])

    @only_our_package
    def test_network_both_callbacks(self):
        """megenginelite frees the first of two callbacks when the second is set."""
        network = self.loaded()
        order = []
        network.set_start_callback(lambda ios: order.append("start"))
        network.set_finish_callback(lambda ios: order.append("finish"))
        other = self.loaded()
        other.set_start_callback(lambda ios: order.append("other"))
        self.do_forward(network, 2)
        self.do_forward(other, 1)
        self.assertEqual(order, ["start", "finish"] * 2 + ["other"])

    @only_our_package
    def test_network_callback_raises(self):
        network = self.loaded()

        def refuse(ios):
            raise KeyError("refused")

        network.set_start_callback(refuse)
        with self.assertRaisesRegex(KeyError, "refused"):
            network.forward()
        network.wait()
        network.set_start_callback(lambda ios: 0)
        network.set_finish_callback(refuse)
        network.forward()
        with self.assertRaisesRegex(KeyError, "refused"):
            network.wait()
        network.set_finish_callback(lambda ios: None)
        self.do_forward(network, 1)

    def test_enable_profile(self):
        network = self.loaded()
        network.enable_profile_performance(self.file("profile.json"))
        self.do_forward(network)
        with open(self.file("profile.json"), encoding="utf-8") as file:
            self.assertIn("graph_exec", json.load(file))

    def test_io_txt_dump(self):
        network = self.loaded()
        network.io_txt_dump(self.file("io_txt.txt"))
        self.do_forward(network)
        with open(self.file("io_txt.txt"), encoding="utf-8", errors="replace") as file:
            self.assertIn("produced: name=", file.read())

    def test_io_bin_dump(self):
        network = self.loaded()
        network.io_bin_dump(self.folder)
        self.do_forward(network)
        self.assertTrue(os.listdir(self.folder))

    def test_algo_workspace_limit(self):
        network = self.loaded()
        network.set_network_algo_workspace_limit(10 << 20)
        self.do_forward(network)

    def test_network_algo_policy(self):
        network = self.loaded()
        strategy = lite.LiteAlgoSelectStrategy
        network.set_network_algo_policy(strategy.LITE_ALGO_PROFILE | strategy.LITE_ALGO_REPRODUCIBLE)
        self.do_forward(network, 1)

    def test_network_algo_policy_ignore_batch(self):
        network = self.loaded()
        network.set_network_algo_policy(
            lite.LiteAlgoSelectStrategy.LITE_ALGO_PROFILE, shared_batch_size=1, binary_equal_between_batch=True
        )
        self.do_forward(network, 1)

    def test_device_tensor_no_copy(self):
        net_config = lite.LiteConfig()
        net_config.options.force_output_use_user_specified_memory = True
        network = self.loaded(net_config)
        input_tensor, output_tensor = self.tensors(network)
        input_tensor.set_data_by_share(self.input_data)
        for _ in range(2):  # another array each time
            out_array = np.zeros(output_tensor.layout.shapes, output_tensor.layout.dtype)
            output_tensor.set_data_by_share(out_array)
            network.forward()
            network.wait()
            self.check_correct(out_array)

    @global_layout
    def test_enable_global_layout_transform(self):
        network = lite.LiteNetwork()
        network.enable_global_layout_transform()
        network.load(self.model_path)
        self.do_forward(network)

    @global_layout
    def test_dump_layout_transform_model(self):
        """mgec does not rewrite models at run time and says so."""
        network = lite.LiteNetwork()
        network.enable_global_layout_transform()
        network.load(self.model_path)
        with self.assertRaises(RuntimeError):
            network.dump_layout_transform_model(self.file("model.mgb"))

    @global_layout
    def test_fast_run_and_global_layout_transform(self):
        network = lite.LiteNetwork(lite.LiteConfig())
        cache = self.file("algo_cache")
        strategy = lite.LiteAlgoSelectStrategy
        network.set_network_algo_policy(strategy.LITE_ALGO_PROFILE | strategy.LITE_ALGO_OPTIMIZED)
        network.enable_global_layout_transform()
        network.load(self.model_path)
        self.do_forward(network, 1)
        lite.LiteGlobal.dump_persistent_cache(cache)
        self.assertGreaterEqual(os.path.getsize(cache), 4)
        lite.LiteGlobal.set_persistent_cache(path=cache)
        self.do_forward(network, 1)

    def test_network_basic_mem(self):
        network = lite.LiteNetwork()
        with open(self.model_path, "rb") as file:
            network.load(file)
            self.check_input_layout(self.tensors(network)[0].layout)
            self.do_forward(network)

    @only_our_package
    def test_network_load_what(self):
        """Whatever holds the bytes of a model is loaded; what does not is refused."""
        import io
        import pathlib

        with open(self.model_path, "rb") as file:
            data = file.read()
        for model in (pathlib.Path(self.model_path), data, bytearray(data), memoryview(data), io.BytesIO(data)):
            network = lite.LiteNetwork()
            network.load(model)
            self.do_forward(network, 1)
        for wrong in (None, 5, object()):
            with self.assertRaises(TypeError):
                lite.LiteNetwork().load(wrong)
        for wrong in (b"", b"nonsense", "/no/such/file"):
            with self.assertRaises(RuntimeError):
                lite.LiteNetwork().load(wrong)

    @only_our_package
    def test_network_load_again(self):
        network = self.loaded()
        stale = network.get_io_tensor("data")
        network.load(self.model_path)
        with self.assertRaises(RuntimeError):
            stale.get_ctypes_memory()
        self.do_forward(network, 1)

    def test_network_load_after_failure(self):
        network = lite.LiteNetwork()
        with self.assertRaises(RuntimeError):
            network.load(os.path.join(DATA, "variants", "err_text", "model.mge"))
        network.load(self.model_path)
        self.do_forward(network, 1)

    @only_our_package
    def test_network_wrong_dtype(self):
        network = self.loaded()
        tensor = network.get_io_tensor("data")
        for array in (np.zeros((1, 3, 224, 224), np.uint8), np.zeros((1, 3, 224, 224), np.int32)):
            with self.assertRaises(TypeError):
                tensor.set_data_by_copy(array)
            with self.assertRaises(TypeError):
                tensor.set_data_by_share(array)
        self.do_forward(network, 1)

    @only_our_package
    def test_network_extensions(self):
        network = self.loaded()
        self.assertEqual(network.device_type, lite.LiteDeviceType.LITE_CPU)
        self.assertEqual(network.extra_info, "")
        seen = []
        network.set_runtime_thread_affinity(seen.append)
        self.do_forward(network, 1)
        self.assertEqual(seen, [0])

    def test_network_errors(self):
        network = self.loaded()
        with self.assertRaisesRegex(RuntimeError, "nothing"):
            network.get_io_tensor("nothing")
        with self.assertRaises(RuntimeError):
            network.get_input_name(7)
        with self.assertRaises(RuntimeError):
            lite.LiteNetwork().share_weights_with(lite.LiteNetwork())


class TestModels(unittest.TestCase):
    """Networks with several inputs and outputs give MegEngine's answers."""

    def run_case(self, path):
        case = Case(path)
        network = lite.LiteNetwork()
        network.threads_number = 2
        network.load(case.model)
        self.assertEqual(set(network.get_all_input_name()), set(case.inputs))
        self.assertEqual(set(network.get_all_output_name()), set(case.outputs))
        case.run(network, 2)

    def test_multi_io(self):
        self.run_case("models/multi_io")

    def test_mtcnn_pnet(self):
        self.run_case("models/mtcnn_pnet")


class TestDiscreteInput(unittest.TestCase):
    def test_discrete_input(self):
        config = lite.LiteConfig()
        config.discrete_input_name = b"data"
        ios = lite.LiteNetworkIO()
        ios.add_input(lite.LiteIO("data", layout=lite.LiteLayout([3, 1, 8, 8])))
        network = Digits.network(config, ios)
        samples = [np.ascontiguousarray(Digits.images[index : index + 1]) for index in range(3)]
        for index, sample in enumerate(samples):
            network.get_discrete_tensor("data", index).set_data_by_share(sample)
        for _ in range(2):
            network.forward()
            network.wait()
            answers = network.get_io_tensor(network.get_output_name(0)).to_numpy()
            np.testing.assert_allclose(answers, Digits.expected[:3], atol=1e-4)
        if OUR_LIBRARY:
            with self.assertRaises(RuntimeError):
                network.get_discrete_tensor("data", 3)
            with self.assertRaises(RuntimeError):
                network.get_io_tensor("data")


if __name__ == "__main__":
    unittest.main()
