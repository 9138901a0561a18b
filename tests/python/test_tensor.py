"""MegEngine Lite's test_tensor.py, with its names, and what mgec promises beyond: all element types, views, DLPack."""

import ctypes
import gc
import mmap
import tempfile
import unittest

import numpy as np
from support import OUR_LIBRARY, lite, only_our_library, only_our_package, require_cuda

LiteDataType, LiteDeviceType = lite.LiteDataType, lite.LiteDeviceType
LiteLayout, LiteTensor = lite.LiteLayout, lite.LiteTensor

# Those that MegEngine's own library has, and the two that only ours adds.
TYPES = ["float32", "float16", "int32", "int16", "int8", "uint8", "uint16"] + ["uint32", "int64"] * OUR_LIBRARY


def counted(shape, dtype="int16"):
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


class TestTensor(unittest.TestCase):
    def test_tensor_make(self):
        empty_layout = LiteLayout()
        self.assertEqual(empty_layout.ndim, 0)
        self.assertEqual(empty_layout.data_type, int(LiteDataType.LITE_FLOAT))
        empty_tensor = LiteTensor()
        self.assertEqual(empty_tensor.layout.ndim, empty_layout.ndim)
        self.assertEqual(empty_tensor.layout.data_type, empty_layout.data_type)

        LiteLayout([4, 16])
        LiteLayout(dtype="float32")
        for dtype in ("float32", "float16", np.float32, np.int8, np.dtype("int16"), LiteDataType.LITE_FLOAT):
            layout = LiteLayout([4, 16], dtype)
        LiteTensor(layout)
        tensor = LiteTensor(layout, LiteDeviceType.LITE_CPU)
        self.assertEqual(repr(tensor.layout), repr(layout))
        self.assertEqual(tensor.device_type, LiteDeviceType.LITE_CPU)
        self.assertTrue(tensor.is_continue)
        self.assertFalse(tensor.is_pinned_host)
        self.assertEqual(tensor.nbytes, 4 * 16 * 4)
        self.assertEqual(tensor.device_id, 0)
        self.assertEqual(LiteTensor(layout, device_id=1).device_id, 1)

        tensor.layout = [8, 14]
        self.assertEqual(tensor.layout.shapes, [8, 14])
        self.assertEqual(tensor.layout.data_type, LiteDataType.LITE_FLOAT)
        tensor_new = LiteTensor(shapes=[1, 3, 224], dtype=np.int8)
        self.assertEqual(tensor_new.layout.shapes, [1, 3, 224])
        self.assertEqual(tensor_new.layout.data_type, LiteDataType.LITE_INT8)

    def test_tensor_set_data(self):
        tensor = LiteTensor(LiteLayout([2, 16], "int8"))
        self.assertEqual(tensor.nbytes, 2 * 16)
        tensor.set_data_by_copy(list(range(32)))
        np.testing.assert_array_equal(tensor.to_numpy(), counted([2, 16]))
        arr = np.ones([2, 16], "int8")
        tensor.set_data_by_copy(arr)
        np.testing.assert_array_equal(tensor.to_numpy(), arr)
        arr[:] = counted([2, 16])
        tensor.set_data_by_share(arr)
        np.testing.assert_array_equal(tensor.to_numpy(), arr)
        arr[0][8], arr[1][3] = 100, 20
        np.testing.assert_array_equal(tensor.to_numpy(), arr)

    def test_set_data_by_copy_not_continuous(self):
        tensor = LiteTensor(LiteLayout())
        arr = np.arange(6).reshape(2, 3).astype(np.uint8).transpose(1, 0)
        with self.assertRaises(AssertionError):
            tensor.set_data_by_copy(arr)
        tensor.set_data_by_copy(np.ascontiguousarray(arr))
        np.testing.assert_array_equal(tensor.to_numpy(), arr)

    def test_set_data_by_share_not_continuous(self):
        tensor = LiteTensor(LiteLayout([2, 3], "int8"))
        arr = np.arange(6).reshape(2, 3).astype(np.uint8).transpose(1, 0)
        with self.assertRaises(AssertionError):
            tensor.set_data_by_share(arr, 2 * 3)
        arr = np.ascontiguousarray(arr)
        tensor.set_data_by_share(arr.ctypes.data, 2 * 3)
        np.testing.assert_array_equal(tensor.to_numpy().flatten(), arr.flatten())

    def test_fill_zero(self):
        tensor1 = LiteTensor(LiteLayout([4, 8], "int16"))
        self.assertEqual(tensor1.nbytes, 4 * 8 * 2)
        tensor1.set_data_by_copy(list(range(32)))
        np.testing.assert_array_equal(tensor1.to_numpy(), counted([4, 8]))
        tensor1.fill_zero()
        self.assertFalse(tensor1.to_numpy().any())

    def test_copy_from(self):
        layout = LiteLayout([4, 8], "int16")
        tensor1, tensor2 = LiteTensor(layout), LiteTensor(layout)
        for offset in (0, 5):
            tensor1.set_data_by_copy([i + offset for i in range(32)])
            tensor2.copy_from(tensor1)
            np.testing.assert_array_equal(tensor2.to_numpy(), counted([4, 8]) + offset)

    def test_reshape(self):
        tensor1 = LiteTensor(LiteLayout([4, 8], "int16"))
        tensor1.set_data_by_copy(list(range(32)))
        tensor1.reshape([8, 4])
        np.testing.assert_array_equal(tensor1.to_numpy(), counted([8, 4]))
        tensor1.reshape([2, -1])
        self.assertEqual(tensor1.layout.shapes, [2, 16])
        with self.assertRaises(RuntimeError):
            tensor1.reshape([5, 5])

    def test_slice(self):
        tensor1 = LiteTensor(LiteLayout([4, 8], "int32"))
        tensor1.set_data_by_copy(list(range(32)))
        tensor2 = tensor1.slice([1, 4], [3, 8])
        self.assertEqual(tensor2.layout.shapes, [2, 4])
        self.assertFalse(tensor2.is_continue)
        np.testing.assert_array_equal(tensor2.to_numpy(), tensor1.to_numpy()[1:3, 4:8])
        with self.assertRaises(AssertionError):
            tensor1.slice([0, 0], [1])
        with self.assertRaises(AssertionError):
            tensor1.slice([0], [1], [1, 1])

    def test_slice_steps(self):
        tensor1 = LiteTensor(LiteLayout([6, 9], "int32"))
        tensor1.set_data_by_copy(counted([6, 9], "int32"))
        tensor2 = tensor1.slice([1, 0], [6, 9], [2, 3])
        np.testing.assert_array_equal(tensor2.to_numpy(), tensor1.to_numpy()[1:6:2, 0:9:3])
        tensor2.fill_zero()
        expected = counted([6, 9], "int32")
        expected[1:6:2, 0:9:3] = 0
        np.testing.assert_array_equal(tensor1.to_numpy(), expected)

    def test_tensor_share_memory(self):
        layout = LiteLayout([4, 8], "int16")
        tensor1, tensor2 = LiteTensor(layout), LiteTensor(layout)
        tensor1.set_data_by_copy(list(range(32)))
        tensor2.share_memory_with(tensor1)
        np.testing.assert_array_equal(tensor2.to_numpy(), counted([4, 8]))
        tensor1.set_data_by_copy([i + 5 for i in range(32)])
        np.testing.assert_array_equal(tensor2.to_numpy(), counted([4, 8]) + 5)

    def test_tensor_share_ctype_memory(self):
        tensor1 = LiteTensor(LiteLayout([4, 8], "int16"))
        arr = counted([4, 8])
        tensor1.set_data_by_share(arr.ctypes.data, 4 * 8 * 2)
        np.testing.assert_array_equal(tensor1.to_numpy(), arr)

    @require_cuda()
    def test_tensor_share_ctype_memory_device(self):
        layout = LiteLayout([4, 8], "int16")
        cuda = LiteDeviceType.LITE_CUDA
        tensor_cpu = LiteTensor(layout=layout, device_type=cuda, is_pinned_host=True)
        tensor_cuda1, tensor_cuda2 = (LiteTensor(layout=layout, device_type=cuda) for _ in range(2))
        arr = counted([4, 8])
        tensor_cpu.set_data_by_share(arr.ctypes.data, arr.nbytes)
        tensor_cuda1.copy_from(tensor_cpu)
        tensor_cuda2.set_data_by_share(tensor_cuda1.get_ctypes_memory(), tensor_cuda1.nbytes)
        np.testing.assert_array_equal(tensor_cuda1.to_numpy(), arr)
        np.testing.assert_array_equal(tensor_cuda2.to_numpy(), arr)

    def test_tensor_share_memory_with(self):
        layout = LiteLayout([4, 32], "int16")
        tensor, tensor2 = LiteTensor(layout), LiteTensor(layout)
        arr = counted([4, 32])
        tensor.set_data_by_share(arr)
        tensor2.share_memory_with(tensor)
        np.testing.assert_array_equal(tensor.to_numpy(), arr)
        np.testing.assert_array_equal(tensor2.to_numpy(), arr)
        arr[1][18], arr[3][7] = 5, 345
        np.testing.assert_array_equal(tensor2.to_numpy(), arr)

    def test_empty_tensor(self):
        empty_tensor = LiteTensor()
        self.assertEqual(empty_tensor.layout.ndim, 0)
        self.assertEqual(empty_tensor.layout.data_type, int(LiteDataType.LITE_FLOAT))
        data = empty_tensor.to_numpy()
        self.assertEqual((data.size, data.dtype), (0, np.float32))

    def test_tensor_by_set_copy_with_new_layout(self):
        layout = LiteLayout([4, 32], "int16")
        arr = np.ones([8, 64], "int32")
        tensor = LiteTensor(layout)
        tensor.set_data_by_copy(arr)
        self.assertEqual(tensor.layout.shapes, [8, 64])
        tensor = LiteTensor(layout)
        tensor.set_data_by_share(arr)
        self.assertEqual(tensor.layout.shapes, [8, 64])

    def test_tensor_concat(self):
        tensors = []
        for j in range(4):
            tensors.append(LiteTensor(LiteLayout([4, 32], "int16")))
            tensors[-1].set_data_by_copy(np.full([4, 32], j, "int16"))
        for dim in (0, 1):
            new_tensor = lite.LiteTensorConcat(tensors, dim)
            expected = np.concatenate([tensor.to_numpy() for tensor in tensors], dim)
            np.testing.assert_array_equal(new_tensor.to_numpy(), expected)

    def test_tensor_get_memory_by_share(self):
        tensor = LiteTensor(LiteLayout([4, 32], "int16"))
        arr = counted([4, 32])
        tensor.set_data_by_copy(arr)
        test_data = tensor.get_data_by_share()
        np.testing.assert_array_equal(test_data, tensor.to_numpy())
        arr[1][18], arr[3][7] = 5, 345
        tensor.set_data_by_copy(arr)
        np.testing.assert_array_equal(test_data, arr)

    @require_cuda()
    def test_tensor_set_data_device(self):
        tensor = LiteTensor(LiteLayout([2, 16], "int8"), device_type=LiteDeviceType.LITE_CUDA)
        for data in (list(range(32)), np.ones([2, 16], "int8"), list(range(5))):
            tensor.set_data_by_copy(data)
            expected = np.asarray(data, "int8").reshape(-1)
            np.testing.assert_array_equal(tensor.to_numpy().reshape(-1)[: expected.size], expected)

    def test_lite_dtype_2_numpy(self):
        self.assertIs(lite.lite_dtype_2_numpy(LiteDataType.LITE_INT8), np.int8)
        with self.assertRaises(AssertionError):
            lite.lite_dtype_2_numpy("int8")


@only_our_package
class TestOwn(unittest.TestCase):
    def test_every_type(self):
        for name in TYPES:
            with self.subTest(name):
                values = counted([3, 4], name)
                for dtype in (name, np.dtype(name), np.dtype(name).type, LiteLayout([1], name).data_type):
                    tensor = LiteTensor(LiteLayout([3, 4], dtype))
                    self.assertEqual(tensor.nbytes, values.nbytes)
                    tensor.set_data_by_copy(values)
                    np.testing.assert_array_equal(tensor.to_numpy(), values)
                    self.assertEqual(tensor.to_numpy().dtype, values.dtype)
                    view = tensor.get_data_by_share()
                    self.assertEqual((view.dtype, view.shape), (values.dtype, values.shape))
                    view += 1
                    tensor.set_data_by_copy([7] * 12)
                    np.testing.assert_array_equal(view, np.full([3, 4], 7, name))
        for wrong in ("float64", np.complex64, np.dtype("S3"), object(), 99):
            with self.assertRaises(TypeError):
                LiteLayout([1], wrong)

    def test_layouts_are_values(self):
        layout = LiteLayout([4, 8], "int16")
        self.assertEqual(layout, LiteLayout((4, 8), np.int16))
        self.assertNotEqual(layout, LiteLayout((4, 8), np.int8))
        self.assertNotEqual(layout, LiteLayout((8, 4), np.int16))
        self.assertEqual(hash(layout), hash(layout.copy()))
        tensor = LiteTensor(layout)
        tensor.layout = [2, 2]
        self.assertEqual(layout.shapes, [4, 8])
        with self.assertRaises(AssertionError):
            LiteLayout([1] * 8)

    def test_share_refuses_other_types(self):
        tensor = LiteTensor(LiteLayout([2, 2], "float32"))
        with self.assertRaises(TypeError):
            tensor.set_data_by_share(np.ones([2, 2], np.int32))
        tensor.set_data_by_share(np.ones([2, 2], np.int8))  # another size: the tensor takes the array's layout
        self.assertEqual(tensor.layout, LiteLayout([2, 2], "int8"))
        np.testing.assert_array_equal(tensor.to_numpy(), np.ones([2, 2]))
        with self.assertRaises(AssertionError):
            tensor.set_data_by_share(np.ones([3], np.float32), layout=LiteLayout([4], "float32"))
        with self.assertRaises(AssertionError):
            tensor.set_data_by_share(0x1000, data_length=3)

    def test_copy_of_lists(self):
        tensor = LiteTensor(LiteLayout([2, 3], "int8"))
        tensor.fill_zero()
        tensor.set_data_by_copy([[1, 2], [3, 4]])
        np.testing.assert_array_equal(tensor.to_numpy(), [[1, 2, 3], [4, 0, 0]])
        with self.assertRaises(AssertionError):
            tensor.set_data_by_copy([0] * 7)
        with self.assertRaises(TypeError):
            tensor.set_data_by_copy([0.5])
        with self.assertRaises(AssertionError):
            tensor.set_data_by_copy(ctypes.c_void_p(1), 5)
        block = (ctypes.c_int8 * 6)(*range(6))
        tensor.set_data_by_copy(block, length=6)
        np.testing.assert_array_equal(tensor.to_numpy().reshape(-1), range(6))

    def test_shared_arrays_stay_alive(self):
        tensor = LiteTensor(LiteLayout([1000, 1000], "int8"))
        tensor.set_data_by_share(np.full([1000, 1000], 3, np.int8))
        part = tensor.slice([10], [20])
        view = part.get_data_by_share()
        other = LiteTensor()
        other.share_memory_with(tensor)
        del tensor, part
        gc.collect()
        for _ in range(5):
            np.full([1000, 1000], 9, np.int8)
        self.assertTrue((view == 3).all())
        self.assertTrue((other.to_numpy() == 3).all())

    def test_views_outlive_tensors(self):
        for again in (lambda tensor: None, lambda tensor: setattr(tensor, "layout", [2000, 2000])):
            tensor = LiteTensor(LiteLayout([512, 512], "int8"))
            tensor.set_data_by_copy(np.full([512, 512], 4, np.int8))
            view = tensor.get_data_by_share()
            again(tensor)
            tensor.fill_zero() if tensor.nbytes != view.nbytes else None
            del tensor
            gc.collect()
            LiteTensor(LiteLayout([512, 512], "int8")).fill_zero()
            self.assertTrue((view == 4).all())

    def test_readonly_arrays_are_never_written(self):
        with tempfile.TemporaryFile() as file:
            file.write(bytes(range(64)))
            file.flush()
            mapped = mmap.mmap(file.fileno(), 64, prot=mmap.PROT_READ)
            array = np.frombuffer(mapped, np.uint8)
            zeros = LiteTensor(LiteLayout([64], "uint8"))
            zeros.fill_zero()
            for change in (
                lambda tensor: tensor.fill_zero(),
                lambda tensor: tensor.set_data_by_copy([0] * 64),
                lambda tensor: tensor.copy_from(zeros),
            ):
                tensor = LiteTensor(LiteLayout([64], "uint8"))
                tensor.set_data_by_share(array)
                self.assertFalse(tensor.get_data_by_share().flags.writeable)
                with self.assertRaises(AssertionError):
                    tensor.slice([0], [4]).fill_zero()
                change(tensor)
                self.assertFalse(tensor.to_numpy().any())
                np.testing.assert_array_equal(array, np.arange(64))

    @only_our_library
    def test_views_of_slices(self):
        for name in TYPES:
            tensor = LiteTensor(LiteLayout([6, 5, 4], name))
            values = counted([6, 5, 4], name)
            tensor.set_data_by_copy(values)
            view = tensor.slice([1, 0, 2], [6, 5, 4], [2, 1, 1]).get_data_by_share()
            np.testing.assert_array_equal(view, values[1:6:2, :, 2:])
            view[:] = 0
            values[1:6:2, :, 2:] = 0
            np.testing.assert_array_equal(tensor.to_numpy(), values)

    def test_numpy_protocol(self):
        tensor = LiteTensor(LiteLayout([2, 2], "int16"))
        tensor.set_data_by_copy([1, 2, 3, 4])
        self.assertEqual(np.asarray(tensor).sum(), 10)
        self.assertEqual(np.asarray(tensor, np.float32).dtype, np.float32)
        np.asarray(tensor)[0, 0] = 5
        self.assertEqual(tensor.to_numpy()[0, 0], 5)
        tensor2 = LiteTensor(LiteLayout([2, 2], "int16"))
        tensor2.set_data_by_share(tensor)
        np.testing.assert_array_equal(tensor2.to_numpy(), tensor.to_numpy())

    def test_dlpack(self):
        for name in TYPES:
            tensor = LiteTensor(LiteLayout([3, 4], name))
            tensor.set_data_by_copy(counted([3, 4], name))
            self.assertEqual(tensor.__dlpack_device__(), (1, 0))
            array = np.from_dlpack(tensor)
            np.testing.assert_array_equal(array, counted([3, 4], name))
            tensor.set_data_by_copy([1] * 12)
            np.testing.assert_array_equal(array, np.ones([3, 4]))
            self.assertEqual(array.ctypes.data, tensor.get_ctypes_memory().value)
            del tensor
            gc.collect()
            np.testing.assert_array_equal(array, np.ones([3, 4]))

            source = counted([2, 6], name)
            back = lite.from_dlpack(source)
            self.assertEqual(back.get_ctypes_memory().value, source.ctypes.data)
            np.testing.assert_array_equal(back.to_numpy(), source)
        with self.assertRaises(BufferError):
            back.__dlpack__(copy=True)
        with self.assertRaises(TypeError):
            lite.from_dlpack(np.zeros(3, np.float64))

    def test_dlpack_leaks_nothing(self):
        from mgec.lite import _dlpack

        tensor = LiteTensor(LiteLayout([3, 4], "int8"))
        tensor.fill_zero()
        capsule = tensor.__dlpack__()  # no one consumes it
        self.assertEqual(len(_dlpack._exported), 1)
        del capsule
        array = np.from_dlpack(tensor)
        self.assertEqual(len(_dlpack._exported), 1)
        del array
        gc.collect()
        self.assertEqual(len(_dlpack._exported), 0)

    @only_our_library
    def test_dlpack_of_slices(self):
        tensor = LiteTensor(LiteLayout([6, 5], "int16"))
        tensor.set_data_by_copy(counted([6, 5]))
        array = np.from_dlpack(tensor.slice([1, 1], [6, 4], [2, 1]))
        np.testing.assert_array_equal(array, counted([6, 5])[1:6:2, 1:4])

    def test_errors_are_exceptions(self):
        tensor = LiteTensor()
        for call in (tensor.fill_zero, tensor.get_ctypes_memory, lambda: tensor.reshape([2])):
            with self.assertRaises(lite.LiteError):
                call()
        with self.assertRaises(TypeError):
            tensor.copy_from(np.zeros(3))


if __name__ == "__main__":
    unittest.main()
