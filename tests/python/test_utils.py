"""MegEngine Lite's test_utils.py, with its names: TensorBatchCollector, and what is in a model before it is loaded."""

import threading
import unittest
import warnings

import numpy as np
from support import Case, lite, only_our_package, require_cuda

CPU, CUDA = lite.LiteDeviceType.LITE_CPU, lite.LiteDeviceType.LITE_CUDA
INT = lite.LiteDataType.LITE_INT


class TestCollector(unittest.TestCase):
    def check(self, data, shape):
        expected = np.arange(1, shape[0] + 1).reshape([-1, 1, 1]) * np.ones(shape)
        np.testing.assert_array_equal(data, expected)

    def collect(self, device, by_ctypes=False, as_tensor=False, into=None, shape=(4, 8, 8)):
        shape = list(shape)
        if into is None:
            batch_tensor = lite.TensorBatchCollector(shape, dtype=INT, device_type=device)
        else:
            batch_tensor = lite.TensorBatchCollector(shape, tensor=into)
        arr = np.ones(shape[1:], "int32")
        tensor = lite.LiteTensor(lite.LiteLayout(shape[1:], INT))
        for i in range(4):
            if by_ctypes:
                self.assertIsNone(batch_tensor.collect_by_ctypes(arr.ctypes.data, arr.nbytes))
            elif as_tensor:
                tensor.set_data_by_share(arr)
                self.assertEqual(batch_tensor.collect(tensor), i)
            else:
                self.assertEqual(batch_tensor.collect(arr), i)
            arr += 1
        self.check(batch_tensor.to_numpy(), shape)
        return batch_tensor

    @require_cuda()
    def test_tensor_collect_batch(self):
        self.collect(CUDA)

    def test_tensor_collect_batch_cpu(self):
        batch_tensor = self.collect(CPU)
        for i in range(4):
            data = batch_tensor.get_tensor_at(i).to_numpy()
            np.testing.assert_array_equal(data, np.full([1, 8, 8], i + 1))
        self.assertEqual(batch_tensor.get().layout.shapes, [4, 8, 8])

    def collect_by_index(self, device):
        batch_tensor = lite.TensorBatchCollector([4, 8, 8], dtype=INT, device_type=device)
        for index in (1, 0, 2, 3):
            self.assertIsNone(batch_tensor.collect_id(np.full([8, 8], index + 1, "int32"), index))
        self.check(batch_tensor.to_numpy(), [4, 8, 8])

    @require_cuda()
    def test_tensor_collect_batch_by_index(self):
        self.collect_by_index(CUDA)

    def test_tensor_collect_batch_by_index_cpu(self):
        self.collect_by_index(CPU)

    @require_cuda()
    def test_tensor_collect_batch_tensor(self):
        self.collect(CUDA, as_tensor=True, shape=(4, 6, 8))

    def test_tensor_collect_batch_tensor_cpu(self):
        self.collect(CPU, as_tensor=True, shape=(4, 6, 8))

    @require_cuda()
    def test_tensor_collect_batch_ctypes(self):
        self.collect(CUDA, by_ctypes=True, shape=(4, 6, 8))

    def test_tensor_collect_batch_ctypes_cpu(self):
        self.collect(CPU, by_ctypes=True, shape=(4, 6, 8))

    def into_tensor(self, device, as_tensor):
        all_tensor = lite.LiteTensor(lite.LiteLayout([4, 6, 8], dtype=INT), device_type=device)
        batch_tensor = self.collect(device, into=all_tensor, as_tensor=as_tensor, shape=(4, 6, 8))
        self.check(all_tensor.to_numpy(), [4, 6, 8])
        return batch_tensor

    @require_cuda()
    def test_tensor_collect_batch_device_tensor(self):
        self.into_tensor(CUDA, as_tensor=True)

    @require_cuda()
    def test_tensor_collect_batch_device_numpy(self):
        self.into_tensor(CUDA, as_tensor=False)

    def test_tensor_collect_into_tensor_cpu(self):
        batch_tensor = self.into_tensor(CPU, as_tensor=True)
        self.assertEqual(batch_tensor.dtype, INT)

    def test_full_and_free(self):
        batch_tensor = self.collect(CPU)
        arr = np.full([8, 8], 9, "int32")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.assertEqual(batch_tensor.collect(arr), -1)
            self.assertEqual(len(caught), 1)
            batch_tensor.collect_id(arr, 2)
            self.assertEqual(len(caught), 2)
        self.assertEqual(batch_tensor.to_numpy()[2, 0, 0], 9)
        batch_tensor.free([3, 1])
        self.assertEqual([batch_tensor.collect(arr), batch_tensor.collect(arr)], [3, 1])
        self.assertEqual(batch_tensor.collect_by_ctypes(arr.ctypes.data, arr.nbytes), -1)

    def test_refused_samples(self):
        batch_tensor = lite.TensorBatchCollector([2, 3], dtype="int8", device_type=CPU)
        for wrong in (np.zeros([4], "int8"), np.zeros([3], "int16"), [1, 2, 3]):
            with self.assertRaises(AssertionError):
                batch_tensor.collect_id(wrong, 1)

    @only_our_package
    def test_refused_samples_take_no_slot(self):
        batch_tensor = lite.TensorBatchCollector([2, 3], dtype="int8", device_type=CPU)
        for wrong in (np.zeros([4], "int8"), np.zeros([3], "int16"), [1, 2, 3]):
            with self.assertRaises(AssertionError):
                batch_tensor.collect(wrong)
        self.assertEqual(batch_tensor.collect(np.zeros([3], "int8")), 0)
        for wrong in (-1, 2):
            with self.assertRaises(AssertionError):
                batch_tensor.collect_id(np.zeros([3], "int8"), wrong)
            with self.assertRaises(AssertionError):
                batch_tensor.free([wrong])

    @only_our_package
    def test_free_twice(self):
        """megenginelite then gives one slot to two samples."""
        batch_tensor = lite.TensorBatchCollector([2, 3], dtype="int8", device_type=CPU)
        arr = np.zeros([3], "int8")
        batch_tensor.collect(arr)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            batch_tensor.free([0, 0])
            self.assertEqual(len(caught), 1)
            self.assertEqual([batch_tensor.collect(arr) for _ in range(3)], [1, 0, -1])

    @only_our_package
    def test_float16(self):
        batch_tensor = lite.TensorBatchCollector([2, 3], dtype=lite.LiteDataType.LITE_HALF, device_type=CPU)
        batch_tensor.collect(np.full([3], 0.5, np.float16))
        batch_tensor.collect(np.full([3], 0.25, np.float16))
        np.testing.assert_array_equal(batch_tensor.to_numpy(), [[0.5] * 3, [0.25] * 3])

    def test_threads(self):
        batch_tensor = lite.TensorBatchCollector([64, 16], dtype="int16", device_type=CPU)
        slots = {}

        def work(first):
            for value in range(first, first + 16):
                slots[value] = batch_tensor.collect(np.full([16], value, "int16"))

        threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 64, 16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(slots.values()), list(range(64)))
        data = batch_tensor.to_numpy()
        for value, slot in slots.items():
            self.assertTrue((data[slot] == value).all())


class TestModelInfo(unittest.TestCase):
    def test_get_model_io_ahead(self):
        case = Case("models/shufflenet_v2_x1_0")
        ios = lite.get_model_io_info(case.model)
        self.assertEqual([io.name for io in ios.inputs], ["data"])
        self.assertEqual(ios.inputs[0].config_layout.shapes, [1, 3, 224, 224])
        self.assertEqual([io.name for io in ios.outputs], ["output"])
        self.assertEqual(ios.outputs[0].config_layout.shapes, [1, 1000])

    @only_our_package
    def test_get_model_io_from_memory(self):
        case = Case("models/shufflenet_v2_x1_0")
        with open(case.model, "rb") as file:
            ios = [lite.get_model_io_info(file)]
            file.seek(0)
            ios.append(lite.get_model_io_info(file.read(), lite.LiteConfig()))
        for each in ios:
            self.assertEqual(each.inputs[0].config_layout, lite.LiteLayout([1, 3, 224, 224]))
        with self.assertRaises(lite.LiteError):
            lite.get_model_io_info("/no/such/file")


if __name__ == "__main__":
    unittest.main()
