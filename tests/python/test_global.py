"""MegEngine Lite's test_global.py, with its names: encryption methods, devices, log levels, caches."""

import ctypes
import os
import tempfile
import unittest

import numpy as np
from support import OUR_LIBRARY, OUR_PACKAGE, Case, Digits, lite, loadable, needs_ciphers, only_our_package, output_of


class TestGlobal(unittest.TestCase):
    def encrypted_digits(self, key):
        """The digits network, each byte xored with the key, in a file that is gone after the test."""
        with open(loadable(Digits.model, Digits.shapes), "rb") as file:
            data = np.frombuffer(file.read(), np.uint8) ^ key
        path = os.path.join(tempfile.mkdtemp(prefix="mgec-test-"), "digits.xor")
        data.tofile(path)
        self.addCleanup(os.rmdir, os.path.dirname(path))
        self.addCleanup(os.remove, path)
        return path

    def run_digits(self, path, method):
        config = lite.LiteConfig()
        config.bare_model_cryption_name = method
        network = lite.LiteNetwork(config)
        network.load(path)
        one = np.ascontiguousarray(Digits.images[:1])
        network.get_io_tensor("data").set_data_by_copy(one)
        network.forward()
        network.wait()
        self.assertLess(np.abs(output_of(network).to_numpy() - Digits.expected[:1]).max(), 1e-4)

    def test_device_count(self):
        lite.LiteGlobal.try_coalesce_all_free_memory()
        self.assertGreater(lite.LiteGlobal.get_device_count(lite.LiteDeviceType.LITE_CPU), 0)

    def test_register_decryption_method(self):
        @lite.decryption_func
        def function(in_arr, key_arr, out_arr):
            if not out_arr:
                return in_arr.size
            for i in range(in_arr.size):
                out_arr[i] = in_arr[i] ^ key_arr[0] ^ key_arr[0]
            return out_arr.size

        lite.LiteGlobal.register_decryption_and_key("just_for_test", function, [15])
        with self.assertRaisesRegex(RuntimeError, "just_for_test is already registered"):
            lite.LiteGlobal.register_decryption_and_key("just_for_test", function, [15])
        network = lite.LiteNetwork()
        case = Case("models/shufflenet_v2_x1_0")
        network.load(case.model)
        case.run(network)

    @only_our_package
    @needs_ciphers
    def test_decryption_method_is_used(self):
        """The documented form works when a model is really loaded by it, which it does not in megenginelite."""
        calls = []

        @lite.decryption_func
        def function(in_arr, key_arr, out_arr):
            calls.append(out_arr is None)
            if not out_arr:
                return in_arr.size
            out_arr[:] = in_arr ^ key_arr[0]
            return out_arr.size

        lite.LiteGlobal.register_decryption_and_key("xor", function, [15])
        self.run_digits(self.encrypted_digits(15), "xor")
        self.assertIn(True, calls)
        self.assertIn(False, calls)
        with self.assertRaises(RuntimeError):
            self.run_digits(self.encrypted_digits(16), "xor")
        lite.LiteGlobal.update_decryption_key("xor", [16])
        self.run_digits(self.encrypted_digits(16), "xor")
        lite.LiteGlobal.update_decryption_or_key("xor", lambda data, key, out: self.xor17(data, out))
        self.run_digits(self.encrypted_digits(17), "xor")

    @staticmethod
    def xor17(data, out):
        if out is not None:
            out[:] = data ^ 17
        return data.size

    @only_our_package
    @needs_ciphers
    def test_decryption_method_raises(self):
        def broken(in_arr, key_arr, out_arr):
            raise KeyError("no such key")

        lite.LiteGlobal.register_decryption_and_key("broken", broken, b"k")
        with self.assertRaises(RuntimeError) as caught:
            self.run_digits(self.encrypted_digits(1), "broken")
        self.assertIsInstance(caught.exception.__cause__, KeyError)

    def test_unknown_decryption_method(self):
        with self.assertRaisesRegex(RuntimeError, "nobody is not regist"):
            self.run_digits(self.encrypted_digits(1), "nobody")
        with self.assertRaisesRegex(RuntimeError, "nobody is not registered"):
            lite.LiteGlobal.update_decryption_key("nobody", [1])

    @needs_ciphers
    def test_update_decryption_key(self):
        Case("variants/plain_v2")  # the model that all of them hold
        for name in ("bare_aes", "bare_rc4", "bare_sfrc4", "bare_rc4_custom_key"):
            with self.subTest(name):
                case = Case("variants/" + name, prepare=False)
                config = lite.LiteConfig()
                config.bare_model_cryption_name = case.meta["lite"]["bare"]
                for method, key in case.meta["lite"].get("keys", []):
                    lite.LiteGlobal.update_decryption_key(method, list(bytes.fromhex(key)))
                network = lite.LiteNetwork(config)
                network.load(case.model)
                case.run(network)

    @needs_ciphers
    def test_wrong_decryption_key(self):
        case = Case("variants/bare_aes", prepare=False)
        config = lite.LiteConfig()
        config.bare_model_cryption_name = b"AES_default"
        lite.LiteGlobal.update_decryption_key("AES_default", [0] * 32)
        try:
            with self.assertRaises(RuntimeError):
                lite.LiteNetwork(config).load(case.model)
        finally:
            lite.LiteGlobal.update_decryption_key("AES_default", list(range(32)))

    def test_set_get_memory_pair(self):
        arr1, arr2 = np.ones([2, 3]), np.ones([2, 3])
        vir_ptr, phy_ptr = (arr.ctypes.data_as(ctypes.c_void_p) for arr in (arr1, arr2))
        cpu = lite.LiteDeviceType.LITE_CPU
        with self.assertRaises(AssertionError):
            lite.LiteGlobal.lookup_physic_ptr(5, cpu)
        if not OUR_LIBRARY:
            self.skipTest("MegEngine's library has no memory pairs")
        lite.LiteGlobal.register_memory_pair(vir_ptr, phy_ptr, 10, cpu)
        self.assertEqual(lite.LiteGlobal.lookup_physic_ptr(vir_ptr, cpu).value, phy_ptr.value)
        lite.LiteGlobal.clear_memory_pair(vir_ptr, phy_ptr, cpu)
        with self.assertRaises(RuntimeError):
            lite.LiteGlobal.lookup_physic_ptr(vir_ptr, cpu)

    def test_log_level(self):
        before = lite.LiteLogLevel.ERROR
        for level in lite.LiteLogLevel:
            lite.set_log_level(level)
            if OUR_PACKAGE:  # megenginelite's getter passes no argument
                self.assertIs(lite.get_log_level(), level)
        lite.set_log_level(before)

    @only_our_package
    def test_tensorrt_cache(self):
        lite.LiteGlobal.set_tensorrt_cache("/tmp/engines")
        lite.LiteGlobal.dump_tensorrt_cache()

    @only_our_package
    def test_register_parse_info_func(self):
        def parse(info, model_name, config, network_io, settings):
            raise AssertionError("no model here has information of this kind")

        lite.LiteGlobal.register_parse_info_func("of_this_test", parse)
        with self.assertRaisesRegex(RuntimeError, "of_this_test is already registered"):
            lite.LiteGlobal.register_parse_info_func("of_this_test", parse)

    def test_get_model_io_info(self):
        ios = lite.get_model_io_info(Case("models/multi_io").model)
        self.assertEqual({io.name for io in ios.inputs}, {"image", "depth", "meta"})
        self.assertEqual({io.name for io in ios.outputs}, {"logits", "mask", "label"})


if __name__ == "__main__":
    unittest.main()
