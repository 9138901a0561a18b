"""MegEngine Lite's test_network_device.py (once test_network_cuda.py), with its names: networks on a GPU."""

import unittest

import numpy as np
from support import lite, require_cuda
from test_network import TestShuffleNet


class TestShuffleNetCuda(TestShuffleNet):
    def config(self, **options):
        config = lite.LiteConfig(device_type=lite.LiteDeviceType.LITE_CUDA)
        for name, value in options.items():
            setattr(config.options, name, value)
        return config


class TestNetwork(TestShuffleNetCuda):
    @require_cuda()
    def test_network_basic(self):
        network = self.loaded(self.config())
        self.assertEqual(self.tensors(network)[0].layout.shapes, [1, 3, 224, 224])
        self.do_forward(network)

    @require_cuda()
    def test_network_shared_data(self):
        network = self.loaded(self.config())
        input_tensor, output_tensor = self.tensors(network)
        input_tensor.set_data_by_share(self.input_data)
        for _ in range(3):
            network.forward()
            network.wait()
        self.check_correct(output_tensor.to_numpy())

    @require_cuda(2)
    def test_network_set_device_id(self):
        network = lite.LiteNetwork(self.config())
        self.assertEqual(network.device_id, 0)
        network.device_id = 1
        network.load(self.model_path)
        self.assertEqual(network.device_id, 1)
        with self.assertRaises(RuntimeError):
            network.device_id = 1
        self.do_forward(network)

    @require_cuda()
    def test_network_option(self):
        self.do_forward(self.loaded(self.config(weight_preprocess=1, var_sanity_check_first_run=0)))

    @require_cuda()
    def test_network_reset_io(self):
        ios = lite.LiteNetworkIO()
        ios.add_input(lite.LiteIO("data"))
        network = self.loaded(self.config(var_sanity_check_first_run=0), ios)
        self.assertEqual(network.get_io_tensor("data").device_type, lite.LiteDeviceType.LITE_CPU)
        self.do_forward(network)

    @require_cuda()
    def test_network_share_weights(self):
        src_network = self.loaded(self.config(var_sanity_check_first_run=0))
        new_network = lite.LiteNetwork()
        new_network.enable_cpu_inplace_mode()
        new_network.share_weights_with(src_network)
        self.do_forward(src_network)
        self.do_forward(new_network)

    @require_cuda()
    def test_network_share_runtime_memory(self):
        src_network = self.loaded(self.config(var_sanity_check_first_run=0))
        new_network = lite.LiteNetwork()
        new_network.enable_cpu_inplace_mode()
        new_network.share_runtime_memroy(src_network)
        new_network.load(self.model_path)
        self.do_forward(src_network)
        self.do_forward(new_network)

    @require_cuda()
    def test_network_start_callback(self):
        network = self.loaded(self.config())
        seen = []
        network.set_start_callback(lambda ios: seen.extend(tensor.to_numpy() for tensor in ios.values()) or 0)
        self.do_forward(network, 1)
        np.testing.assert_array_equal(seen[0], self.input_data)

    @require_cuda()
    def test_network_finish_callback(self):
        network = self.loaded(self.config())
        seen = []
        network.set_finish_callback(lambda ios: seen.extend(tensor.to_numpy() for tensor in ios.values()) or 0)
        self.do_forward(network, 1)
        self.check_correct(seen[0])

    @require_cuda()
    def test_enable_profile(self):
        network = self.loaded(self.config())
        network.enable_profile_performance(self.file("profile.json"))
        self.do_forward(network)
        with open(self.file("profile.json"), encoding="utf-8") as file:
            self.assertTrue(file.read())

    @require_cuda()
    def test_algo_workspace_limit(self):
        network = self.loaded(self.config())
        network.set_network_algo_workspace_limit(10 << 20)
        self.do_forward(network)

    @require_cuda()
    def test_network_algo_policy(self):
        network = self.loaded(self.config())
        strategy = lite.LiteAlgoSelectStrategy
        network.set_network_algo_policy(strategy.LITE_ALGO_PROFILE | strategy.LITE_ALGO_REPRODUCIBLE)
        self.do_forward(network)

    @require_cuda()
    def test_enable_global_layout_transform(self):
        network = lite.LiteNetwork(self.config())
        network.enable_global_layout_transform()
        network.load(self.model_path)
        self.do_forward(network)

    @require_cuda()
    def test_dump_layout_transform_model(self):
        network = lite.LiteNetwork(self.config())
        network.enable_global_layout_transform()
        network.load(self.model_path)
        with self.assertRaises(RuntimeError):  # models are not rewritten at run time
            network.dump_layout_transform_model(self.file("model.mgb"))
        self.do_forward(network)

    @require_cuda()
    def test_fast_run_and_global_layout_transform(self):
        network = lite.LiteNetwork(self.config())
        network.enable_global_layout_transform()
        network.load(self.model_path)
        self.do_forward(network)
        cache = self.file("algo_cache")
        lite.LiteGlobal.dump_persistent_cache(cache)
        lite.LiteGlobal.set_persistent_cache(path=cache)
        self.do_forward(network)


if __name__ == "__main__":
    unittest.main()
