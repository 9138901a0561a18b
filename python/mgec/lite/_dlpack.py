"""DLPack capsules, made with ctypes: memory handed to another array library without a copy.

The layout is that of DLPack's ``DLManagedTensor`` (the form before version 1.0, which every consumer reads). A capsule that
no one consumed frees its tensor itself; a consumer renames it and calls the deleter.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from ctypes import POINTER, c_char_p, c_int, c_int32, c_int64, c_uint8, c_uint16, c_uint64, c_void_p, py_object
from typing import Any, Optional

import numpy as np

CPU, CUDA, CUDA_HOST = 1, 2, 3

_CODES = {"i": 0, "u": 1, "f": 2}
_NAME = b"dltensor"


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("device_type", c_int32),
        ("device_id", c_int32),
        ("ndim", c_int32),
        ("code", c_uint8),
        ("bits", c_uint8),
        ("lanes", c_uint16),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("byte_offset", c_uint64),
    ]


_Deleter = ctypes.CFUNCTYPE(None, c_void_p)


class _Managed(ctypes.Structure):
    _fields_ = [("tensor", _Tensor), ("context", c_void_p), ("deleter", _Deleter)]


_python = ctypes.pythonapi
_new = _python.PyCapsule_New
_new.argtypes = [c_void_p, c_char_p, c_void_p]
_new.restype = py_object
_is_valid = ctypes.PYFUNCTYPE(c_int, c_void_p, c_char_p)(("PyCapsule_IsValid", _python))
_pointer = ctypes.PYFUNCTYPE(c_void_p, c_void_p, c_char_p)(("PyCapsule_GetPointer", _python))

#: What consumers still read: the address of each exported structure, and what it needs.
_exported: dict[int, tuple[Any, ...]] = {}


# Consumers may outlive this module at the end of the process: the two functions live for ever and need no globals.
def _delete(address: int, exported: dict[int, tuple[Any, ...]] = _exported) -> None:
    exported.pop(address, None)


def _drop(
    capsule: int,
    exported: dict[int, tuple[Any, ...]] = _exported,
    is_valid: Any = _is_valid,
    pointer: Any = _pointer,
    name: bytes = _NAME,
) -> None:
    if is_valid(capsule, name):  # no one consumed it
        exported.pop(pointer(capsule, name), None)


_deleter = _Deleter(_delete)
_destructor = ctypes.PYFUNCTYPE(None, c_void_p)(_drop)
for _function in (_deleter, _destructor):
    _python.Py_IncRef(py_object(_function))


def export(
    address: int,
    shape: Sequence[int],
    strides: Optional[Sequence[int]],
    dtype: np.dtype[Any],
    device: tuple[int, int],
    kept: object,
) -> object:
    """A capsule over memory.

    Args:
        address: the first element.
        shape, strides: in elements; no strides for dense memory.
        device: DLPack's device type and number.
        kept: an object that is held until the consumer is done.
    """
    extents = (c_int64 * max(len(shape), 1))(*shape)
    steps = None if strides is None else (c_int64 * max(len(strides), 1))(*strides)
    managed = _Managed()
    tensor = managed.tensor
    tensor.data, tensor.ndim = address, len(shape)
    tensor.device_type, tensor.device_id = device
    tensor.code, tensor.bits, tensor.lanes = _CODES[dtype.kind], dtype.itemsize * 8, 1
    tensor.shape = ctypes.cast(extents, POINTER(c_int64))
    if steps is not None:
        tensor.strides = ctypes.cast(steps, POINTER(c_int64))
    managed.deleter = _deleter
    location = ctypes.addressof(managed)
    _exported[location] = (managed, extents, steps, kept)
    return _new(location, _NAME, ctypes.cast(_destructor, c_void_p))
