"""Tensors: layouts, memory, and the ways in and out of numpy and DLPack."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from ctypes import POINTER, Structure, byref, c_int, c_size_t, c_void_p
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _dlpack
from .base import Handle, LiteArgumentError, LiteTypeError, declare, lib
from .struct import LiteDataType, LiteDeviceType

#: The most dimensions that a layout has room for.
MAX_DIM = 7

_NUMPY_TYPES: dict[LiteDataType, type[np.generic]] = {
    LiteDataType.LITE_FLOAT: np.float32,
    LiteDataType.LITE_HALF: np.float16,
    LiteDataType.LITE_INT: np.int32,
    LiteDataType.LITE_INT16: np.int16,
    LiteDataType.LITE_INT8: np.int8,
    LiteDataType.LITE_UINT8: np.uint8,
    LiteDataType.LITE_UINT: np.uint32,
    LiteDataType.LITE_UINT16: np.uint16,
    LiteDataType.LITE_INT64: np.int64,
}
_LITE_TYPES = {np.dtype(numpy_type): lite for lite, numpy_type in _NUMPY_TYPES.items()}

#: The element type of arrays of each ctypes type.
ctype_to_lite_dtypes: dict[Any, LiteDataType] = {
    ctypes.c_int: LiteDataType.LITE_INT,
    ctypes.c_uint: LiteDataType.LITE_UINT,
    ctypes.c_float: LiteDataType.LITE_FLOAT,
    ctypes.c_ubyte: LiteDataType.LITE_UINT8,
    ctypes.c_byte: LiteDataType.LITE_INT8,
    ctypes.c_short: LiteDataType.LITE_INT16,
    ctypes.c_ushort: LiteDataType.LITE_UINT16,
    ctypes.c_longlong: LiteDataType.LITE_INT64,
}

#: Whatever names an element type: a LiteDataType, or what numpy understands ("int8", np.float16, an np.dtype).
DataType = Union[LiteDataType, int, npt.DTypeLike, None]


def lite_dtype_2_numpy(dtype: LiteDataType) -> type[np.generic]:
    """The numpy type of an element type.

    Raises:
        LiteTypeError: the argument is no LiteDataType.
    """
    if not isinstance(dtype, LiteDataType):
        raise LiteTypeError("input must be LiteDataType when using lite_dtype_2_numpy.")
    return _NUMPY_TYPES[dtype]


def lite_dtype(dtype: DataType) -> LiteDataType:
    """The LiteDataType of an element type however it is named; None means float32.

    Raises:
        LiteTypeError: there is no such element type.
    """
    if dtype is None:
        return LiteDataType.LITE_FLOAT
    try:
        if isinstance(dtype, int):
            return LiteDataType(dtype)
        return _LITE_TYPES[np.dtype(dtype)]
    except (KeyError, TypeError, ValueError):
        known = ", ".join(np.dtype(each).name for each in _NUMPY_TYPES.values())
        raise LiteTypeError(f"unknown data type {dtype!r}; there are {known}") from None


class LiteLayout(Structure):
    """Shape and element type of a tensor.

    Args:
        shape: up to 7 extents; without it the layout is empty (`ndim` is 0).
        dtype: LiteDataType, string, numpy dtype or numpy type; float32 by default.

    Two layouts are equal if shape and element type are. A layout is a plain value: changing it changes no tensor.

    Raises:
        LiteArgumentError: more than 7 extents, or a negative one.
        LiteTypeError: unknown element type.
    """

    _fields_ = [("_shapes", c_size_t * MAX_DIM), ("ndim", c_size_t), ("data_type", c_int)]

    _shapes: Any
    ndim: int
    data_type: int

    def __init__(self, shape: Optional[Iterable[int]] = None, dtype: DataType = None) -> None:
        super().__init__()
        self.shapes = [] if shape is None else list(shape)
        self.data_type = lite_dtype(dtype)

    @property
    def shapes(self) -> list[int]:
        """The extents, a new list."""
        return list(self._shapes[: self.ndim])

    @shapes.setter
    def shapes(self, shape: Iterable[int]) -> None:
        extents = [int(extent) for extent in shape]
        if len(extents) > MAX_DIM:
            raise LiteArgumentError("Layout max dim is 7.")
        if any(extent < 0 for extent in extents):
            raise LiteArgumentError(f"a layout has no negative extents: {extents}")
        self._shapes = (c_size_t * MAX_DIM)(*extents)
        self.ndim = len(extents)

    @property
    def dtype(self) -> type[np.generic]:
        """The element type as numpy names it."""
        return _NUMPY_TYPES[LiteDataType(self.data_type)]

    @property
    def nbytes(self) -> int:
        """Bytes of a dense tensor of this layout; 0 for the empty layout."""
        size = np.dtype(self.dtype).itemsize if self.ndim else 0
        for extent in self.shapes:
            size *= extent
        return size

    def copy(self) -> LiteLayout:
        """An independent layout with the same values."""
        return LiteLayout(self.shapes, self.data_type)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LiteLayout):
            return NotImplemented
        return self.shapes == other.shapes and self.data_type == other.data_type

    def __hash__(self) -> int:
        return hash((tuple(self.shapes), self.data_type))

    def __repr__(self) -> str:
        return repr({"shapes": self.shapes, "ndim": self.ndim, "data_type": self.dtype})


class _LiteTensorDesc(Structure):
    _fields_ = [("is_pinned_host", c_int), ("layout", LiteLayout), ("device_type", c_int), ("device_id", c_int)]


declare("LITE_make_tensor", _LiteTensorDesc, POINTER(Handle))
declare("LITE_destroy_tensor", Handle)
declare("LITE_set_tensor_layout", Handle, LiteLayout)
declare("LITE_reset_tensor_memory", Handle, c_void_p, c_size_t)
declare("LITE_reset_tensor", Handle, LiteLayout, c_void_p)
declare("LITE_tensor_reshape", Handle, POINTER(c_int), c_int)
declare("LITE_tensor_slice", Handle, POINTER(c_size_t), POINTER(c_size_t), POINTER(c_size_t), c_size_t, POINTER(Handle))
declare("LITE_tensor_concat", POINTER(Handle), c_int, c_int, c_int, c_int, POINTER(Handle))
declare("LITE_tensor_fill_zero", Handle)
declare("LITE_tensor_copy", Handle, Handle)
declare("LITE_tensor_share_memory_with", Handle, Handle)
declare("LITE_get_tensor_memory", Handle, POINTER(c_void_p))
declare("LITE_get_tensor_memory_with_index", Handle, POINTER(c_size_t), c_size_t, POINTER(c_void_p))
declare("LITE_get_tensor_total_size_in_byte", Handle, POINTER(c_size_t))
declare("LITE_get_tensor_layout", Handle, POINTER(LiteLayout))
declare("LITE_get_tensor_device_type", Handle, POINTER(c_int))
declare("LITE_get_tensor_device_id", Handle, POINTER(c_int))
declare("LITE_is_pinned_host", Handle, POINTER(c_int))
declare("LITE_is_memory_continue", Handle, POINTER(c_int))


class Borrowed:
    """What a tensor's memory belongs to, when that is not the tensor itself. All tensors of one handle share one."""

    __slots__ = ("held", "readonly")

    def __init__(self, held: object = None, readonly: bool = False) -> None:
        self.held = held
        self.readonly = readonly


class _View:
    """What a numpy array over a tensor's memory holds: a share in that memory, and everything it belongs to."""

    def __init__(self, interface: dict[str, Any], kept: LiteTensor) -> None:
        self.__array_interface__ = interface
        self._kept = kept


def _dense(array: npt.NDArray[Any], what: str) -> npt.NDArray[Any]:
    if not array.flags["C_CONTIGUOUS"]:
        raise LiteArgumentError(
            f"input numpy is not continuous, please call input = np.ascontiguousarray(input) before call {what}"
        )
    return array if array.ndim else array.reshape(1)


class LiteTensor:
    """A block of typed memory with a shape, on a device; either free, or an input or output of a network.

    Args:
        layout: shape and element type; empty by default.
        device_type, device_id: where the memory lies.
        is_pinned_host: memory of the host that the device reads directly.
        shapes, dtype: another way to say the layout.
        physic_construct: False makes a tensor without a counterpart in the library, for internal use.

    Memory is allocated when it is first needed. An input or output keeps its network alive, memory given by
    `set_data_by_share` stays alive as long as the library may read it, and numpy views keep the memory that they show: nothing
    here is read after it was freed, in whatever order things are dropped.

    One thread at a time may use a tensor; different tensors may be used at once, those of one network only while it does
    not run.

    Raises:
        LiteError: the library refused, with its message.
    """

    _api = lib

    def __init__(
        self,
        layout: Optional[Union[LiteLayout, Sequence[int]]] = None,
        device_type: LiteDeviceType = LiteDeviceType.LITE_CPU,
        device_id: int = 0,
        is_pinned_host: bool = False,
        shapes: Optional[Iterable[int]] = None,
        dtype: DataType = None,
        physic_construct: bool = True,
    ) -> None:
        self._tensor = Handle()
        self._owner: object = None  # the network that an input or output belongs to
        self._owned = physic_construct
        self._borrowed = Borrowed()
        if not physic_construct:
            return
        if layout is None:
            layout = LiteLayout(shapes, dtype)
        elif not isinstance(layout, LiteLayout):
            layout = LiteLayout(layout, dtype)
        description = _LiteTensorDesc(int(is_pinned_host), layout, device_type, device_id)
        lib.LITE_make_tensor(description, byref(self._tensor))

    @classmethod
    def _of_network(cls, handle: Handle, network: object, borrowed: Borrowed) -> LiteTensor:
        """An input or output: the handle is the network's."""
        tensor = cls(physic_construct=False)
        tensor._tensor, tensor._owner, tensor._borrowed = handle, network, borrowed
        return tensor

    def _share(self) -> LiteTensor:
        """A share in the memory: holds it when this tensor is gone or has got other memory."""
        return self.slice([0], self.layout.shapes[:1])

    def _derived(self) -> LiteTensor:
        """A tensor to be made by the library, over the memory of this one."""
        tensor = LiteTensor(physic_construct=False)
        tensor._owned = True
        tensor._borrowed = Borrowed((self._owner, self._borrowed.held), self._borrowed.readonly)
        return tensor

    def __del__(self) -> None:
        if getattr(self, "_owned", False) and self._tensor:
            self._api.LITE_destroy_tensor(self._tensor)

    # ------------------------------------------------------------------------------------------------------ properties

    @property
    def layout(self) -> LiteLayout:
        """Shape and element type, a copy. May be set to a LiteLayout, or to a list of extents, which keeps the type.

        Setting the layout of a network's input chooses the shape that it runs next; a shape that it was not compiled for is a
        LiteError.
        """
        layout = LiteLayout()
        lib.LITE_get_tensor_layout(self._tensor, byref(layout))
        return layout

    @layout.setter
    def layout(self, layout: Union[LiteLayout, Sequence[int]]) -> None:
        if not isinstance(layout, LiteLayout):
            layout = LiteLayout(layout, self.layout.data_type)
        lib.LITE_set_tensor_layout(self._tensor, layout)

    def _integer(self, function: Any) -> int:
        value = c_int()
        function(self._tensor, byref(value))
        return value.value

    @property
    def is_pinned_host(self) -> bool:
        """Whether the memory is pinned memory of the host."""
        return bool(self._integer(lib.LITE_is_pinned_host))

    @property
    def device_type(self) -> LiteDeviceType:
        """Where the memory lies."""
        return LiteDeviceType(self._integer(lib.LITE_get_tensor_device_type))

    @property
    def device_id(self) -> int:
        """The number of the device."""
        return self._integer(lib.LITE_get_tensor_device_id)

    @property
    def is_continue(self) -> bool:
        """Whether the elements lie one after the other, which those of a slice may not."""
        return bool(self._integer(lib.LITE_is_memory_continue))

    is_contiguous = is_continue

    @property
    def nbytes(self) -> int:
        """Bytes of all elements together; 0 if the layout is empty."""
        length = c_size_t()
        lib.LITE_get_tensor_total_size_in_byte(self._tensor, byref(length))
        return length.value

    @property
    def np_array_type(self) -> Any:
        """The ctypes array type of the tensor. float16 has none: NotImplementedError."""
        layout = self.layout
        array: Any = np.ctypeslib.as_ctypes_type(np.dtype(layout.dtype))  # type: ignore[arg-type]
        for extent in reversed(layout.shapes):
            array = array * extent
        return array

    @property
    def _on_host(self) -> bool:
        return self.device_type == LiteDeviceType.LITE_CPU or self.is_pinned_host

    def update(self) -> None:
        """Kept for megenginelite, whose tensors cache what the library knows. These ask it each time."""

    # ------------------------------------------------------------------------------------------------------ operations

    def fill_zero(self) -> None:
        """Sets all elements to zero."""
        self._make_writable()
        lib.LITE_tensor_fill_zero(self._tensor)

    def share_memory_with(self, src_tensor: LiteTensor) -> None:
        """Makes this tensor another one over the memory of `src_tensor`, with its layout. Its own memory is dropped."""
        if not isinstance(src_tensor, LiteTensor):
            raise LiteTypeError("share_memory_with takes a LiteTensor")
        lib.LITE_tensor_share_memory_with(self._tensor, src_tensor._tensor)
        self._borrowed.held = (src_tensor._owner, src_tensor._borrowed.held)
        self._borrowed.readonly = src_tensor._borrowed.readonly

    def copy_from(self, src_tensor: LiteTensor) -> None:
        """Copies the elements of `src_tensor`, from whatever device. A contiguous tensor takes its shape, too."""
        if not isinstance(src_tensor, LiteTensor):
            raise LiteTypeError("copy_from takes a LiteTensor")
        self._make_writable()
        lib.LITE_tensor_copy(self._tensor, src_tensor._tensor)

    def reshape(self, shape: Iterable[int]) -> None:
        """Changes the shape and no element. One extent may be -1: what is left for it."""
        extents = list(shape)
        lib.LITE_tensor_reshape(self._tensor, (c_int * len(extents))(*extents), len(extents))

    def slice(self, start: Iterable[int], end: Iterable[int], step: Optional[Iterable[int]] = None) -> LiteTensor:
        """A tensor over a part of this one's memory: elements start, start + step, ... before end in each dimension.

        Args:
            start, end: of the first dimensions; the others are whole. An end beyond the extent means the extent.
            step: 1 by default.

        Returns:
            a tensor that shares the memory, and keeps it alive; often not contiguous.
        """
        starts, ends = list(start), list(end)
        steps = [1] * len(starts) if step is None else list(step)
        if len(starts) != len(ends):
            raise LiteArgumentError("slice with different length of start and end.")
        if len(starts) != len(steps):
            raise LiteArgumentError("slice with different length of start and step.")
        extents = c_size_t * len(starts)
        result = self._derived()
        lib.LITE_tensor_slice(
            self._tensor, extents(*starts), extents(*ends), extents(*steps), len(starts), byref(result._tensor)
        )
        return result

    # ------------------------------------------------------------------------------------------------------ memory

    def get_ctypes_memory(self) -> c_void_p:
        """The address of the first element; allocates if there is no memory. The tensor keeps it, not the pointer."""
        memory = c_void_p()
        lib.LITE_get_tensor_memory(self._tensor, byref(memory))
        return memory

    def _make_writable(self) -> None:
        """Memory shared from a read-only array is never written: the tensor gets memory of its own first."""
        if not self._borrowed.readonly:
            return
        array = self._borrowed.held
        if not isinstance(array, np.ndarray):
            raise LiteArgumentError("the tensor shows memory of a read-only array")
        self._borrowed.readonly = False
        if self.get_ctypes_memory().value == array.ctypes.data:  # else a change of layout has replaced it already
            own = np.array(array)
            lib.LITE_reset_tensor_memory(self._tensor, own.ctypes.data, self.nbytes)
            self._borrowed.held = own

    def _refuse_other_type(self, array: npt.NDArray[Any], data_type: int) -> None:
        wanted = np.dtype(_NUMPY_TYPES[LiteDataType(data_type)])
        if array.dtype != wanted:
            raise LiteTypeError(f"the tensor holds {wanted}, the array {array.dtype}: convert it with .astype('{wanted}')")

    def _layout_for(self, array: npt.NDArray[Any]) -> LiteLayout:
        """The layout that the array asks for. Inputs and outputs of a network never change their element type."""
        if self._owner is not None:
            self._refuse_other_type(array, self.layout.data_type)
        return LiteLayout(array.shape, array.dtype)

    def set_data_by_share(
        self, data: Any, length: int = 0, layout: Optional[LiteLayout] = None, *, data_length: int = 0
    ) -> None:
        """Makes the tensor use memory of the caller, without a copy.

        Args:
            data: a C-contiguous numpy array or what DLPack or numpy turn into one without a copy, whose memory is kept alive;
                or an address (int, c_void_p, ctypes pointer or array), whose memory the caller keeps valid while it is used.
            length: bytes at an address: 0, or the bytes of the tensor. `data_length` is the same.
            layout: the layout that the tensor takes first.

        An array of as many bytes leaves the layout as it is, any other array brings its own. The network writes no input;
        what writes a tensor never writes an array that is read-only.

        Raises:
            LiteTypeError: an array of another element type, unless it is of another size and the tensor is no input or
                output of a network.
            LiteArgumentError: not contiguous, on a device, or of the wrong length.
        """
        length = length or data_length
        array = _as_array(data)
        if array is not None:
            array = _dense(array, "set_data_by_share")
            if not self.is_continue:
                raise LiteArgumentError("set_data_by_share can only apply in continue tensor.")
            if not self._on_host:
                raise LiteArgumentError("set_data_by_share can only apply in cpu tensor or pinned tensor.")
            if layout is None:
                if self.nbytes == array.nbytes:
                    self._refuse_other_type(array, self.layout.data_type)
                else:
                    layout = self._layout_for(array)
            else:
                self._refuse_other_type(array, layout.data_type)
                length = length or array.nbytes
                if array.nbytes < layout.nbytes:
                    raise LiteArgumentError("the data length is not match.")
            address: Any = array.ctypes.data
        else:
            address = ctypes.cast(data, c_void_p) if not isinstance(data, (int, c_void_p)) else data
            if layout is None and length not in (0, self.nbytes):
                raise LiteArgumentError("the data length is not match.")
        if layout is not None and layout != self.layout:
            lib.LITE_reset_tensor(self._tensor, layout, address)
        else:
            lib.LITE_reset_tensor_memory(self._tensor, address, self.nbytes)
        self._borrowed.held = data if array is None else array
        self._borrowed.readonly = array is not None and not array.flags.writeable

    def set_data_by_copy(
        self, data: Any, data_length: int = 0, layout: Optional[LiteLayout] = None, *, length: int = 0
    ) -> None:
        """Copies values into the tensor.

        Args:
            data: a list of at most as many numbers as the tensor has elements; or a C-contiguous numpy array, whose shape and
                element type the tensor takes; or an address (int, c_void_p, ctypes pointer or array).
            data_length: bytes at an address: those of the tensor, if `layout` is not given. `length` is the same.
            layout: the layout that the tensor takes first.

        Raises:
            LiteTypeError: an array of another element type for an input or output of a network.
            LiteArgumentError: not contiguous, too long, or of the wrong length.
        """
        data_length = data_length or length
        array = None if isinstance(data, (list, tuple)) else _as_array(data)
        if array is not None:
            array = _dense(array, "set_data_by_copy")
            wanted = self._layout_for(array)
        if layout is not None:
            self.layout = layout
        if not self.is_continue:
            raise LiteArgumentError("set_data_by_copy can only apply in continue tensor.")
        if array is not None:
            if wanted != self.layout:
                self.layout = wanted
            self._write(array.ctypes.data, array.nbytes)
        elif isinstance(data, (list, tuple)):
            current = self.layout
            values = np.asarray(data)
            if values.dtype.kind == "f" and np.dtype(current.dtype).kind in "iu":
                raise LiteTypeError(f"the tensor holds {np.dtype(current.dtype)}, the list has fractions")
            values = np.ascontiguousarray(values.astype(current.dtype).reshape(-1))
            if values.nbytes > self.nbytes:
                raise LiteArgumentError("the length of input data to set to the tensor is too large.")
            self._write(values.ctypes.data, values.nbytes)
        else:
            if layout is None and data_length != self.nbytes:
                raise LiteArgumentError(
                    "when input data is ctypes, the length of input data or layout must set: "
                    f"the tensor has {self.nbytes} bytes, data_length is {data_length}"
                )
            self._write(ctypes.cast(data, c_void_p) if not isinstance(data, (int, c_void_p)) else data, self.nbytes)

    def _write(self, address: Any, size: int) -> None:
        """Copies the first bytes of the tensor from an address of the host."""
        if not size:
            return
        if self._on_host:
            self._make_writable()
            ctypes.memmove(self.get_ctypes_memory(), address, size)
            return
        host = LiteTensor(self.layout, self.device_type, self.device_id, is_pinned_host=True)
        if size < host.nbytes:
            host.copy_from(self)
        ctypes.memmove(host.get_ctypes_memory(), address, size)
        self.copy_from(host)

    def _strides(self, shape: list[int], base: int) -> Optional[tuple[int, ...]]:
        """Byte distances of neighbours in each dimension; None where the elements are dense."""
        if self.is_continue:
            return None
        strides = []
        for dimension, extent in enumerate(shape):
            if extent < 2:
                strides.append(0)
                continue
            index = (c_size_t * len(shape))()
            index[dimension] = 1
            neighbour = c_void_p()
            lib.LITE_get_tensor_memory_with_index(self._tensor, index, len(shape), byref(neighbour))
            strides.append((neighbour.value or 0) - base)
        return tuple(strides)

    def get_data_by_share(self) -> npt.NDArray[Any]:
        """A numpy array over the tensor's memory, without a copy; strided for a slice.

        Returns:
            an array of the tensor's shape and type. It shows what the tensor holds until the tensor gets other memory: the
            next forward may change its values. It stays valid when tensor and network are gone. It is read-only where
            the memory is that of a read-only array.

        Raises:
            LiteArgumentError: the memory is on a device.
            LiteError: the layout is empty.
        """
        if not self._on_host:
            raise LiteArgumentError("the tensor's memory is on a device: use to_numpy()")
        base = self.get_ctypes_memory().value or 0
        layout = self.layout
        interface = {
            "version": 3,
            "shape": tuple(layout.shapes),
            "typestr": np.dtype(layout.dtype).str,
            "data": (base, self._borrowed.readonly),
            "strides": self._strides(layout.shapes, base),
        }
        return np.asarray(_View(interface, self._share()))

    def to_numpy(self) -> npt.NDArray[Any]:
        """The elements as a new numpy array, from whatever device; an array of no elements if the layout is empty."""
        layout = self.layout
        if not layout.nbytes:
            return np.empty(layout.shapes if layout.ndim else 0, layout.dtype)
        if not (self.is_continue and self._on_host):
            host = LiteTensor(layout)
            host.copy_from(self)
            return host.to_numpy()
        result = np.empty(layout.shapes, layout.dtype)
        ctypes.memmove(result.ctypes.data, self.get_ctypes_memory(), result.nbytes)
        return result

    def __array__(self, dtype: Optional[npt.DTypeLike] = None, copy: Optional[bool] = None) -> npt.NDArray[Any]:
        array = self.get_data_by_share() if self._on_host and not copy else self.to_numpy()
        if dtype is not None and array.dtype != np.dtype(dtype):
            if copy is False:
                raise ValueError("another element type needs a copy")
            array = array.astype(dtype)
        return array

    # ------------------------------------------------------------------------------------------------------ DLPack

    def __dlpack__(
        self,
        *,
        stream: Optional[Any] = None,
        max_version: Optional[tuple[int, int]] = None,
        dl_device: Optional[tuple[int, int]] = None,
        copy: Optional[bool] = None,
    ) -> object:
        """The tensor as a DLPack capsule, without a copy; for ``torch.from_dlpack(tensor)`` and its like.

        Raises:
            BufferError: a copy or another device is asked for.
        """
        if copy or (dl_device is not None and tuple(dl_device) != self.__dlpack_device__()):
            raise BufferError("mgec exports tensors by DLPack where they are, without a copy")
        if self._borrowed.readonly:
            raise BufferError("the tensor shows memory of a read-only array, which DLPack cannot say")
        address = self.get_ctypes_memory().value or 0
        layout = self.layout
        strides = self._strides(layout.shapes, address)
        size = np.dtype(layout.dtype).itemsize
        elements = None if strides is None else [stride // size for stride in strides]
        return _dlpack.export(address, layout.shapes, elements, np.dtype(layout.dtype), self.__dlpack_device__(), self._share())

    def __dlpack_device__(self) -> tuple[int, int]:
        """DLPack's device type and number."""
        if self.device_type == LiteDeviceType.LITE_CUDA:
            return (_dlpack.CUDA_HOST, 0) if self.is_pinned_host else (_dlpack.CUDA, self.device_id)
        return _dlpack.CPU, 0

    def __repr__(self) -> str:
        return repr(
            {
                "layout": self.layout,
                "device_type": self.device_type,
                "device_id": self.device_id,
                "is_pinned_host": self.is_pinned_host,
            }
        )


def _as_array(data: Any) -> Optional[npt.NDArray[Any]]:
    """The data as an array over its memory, or None if it is an address."""
    if isinstance(data, np.ndarray):
        return data
    if isinstance(data, (int, c_void_p, ctypes._SimpleCData, ctypes._Pointer, ctypes.Array)):
        return None
    if isinstance(data, LiteTensor):
        return data.get_data_by_share()
    if hasattr(data, "__dlpack__"):
        return np.from_dlpack(data)
    if hasattr(data, "__array_interface__") or isinstance(data, np.generic):
        return np.asarray(data)
    return None


def from_dlpack(data: Any) -> LiteTensor:
    """A tensor over the memory of another library's array, without a copy.

    Args:
        data: whatever has ``__dlpack__``, on the host, C-contiguous, of an element type that Lite has.

    Returns:
        a free tensor; it keeps the memory alive.
    """
    array = data if isinstance(data, np.ndarray) else np.from_dlpack(data)
    tensor = LiteTensor(LiteLayout(array.shape or (1,), array.dtype))
    tensor.set_data_by_share(array)
    return tensor


def LiteTensorConcat(
    tensors: Sequence[LiteTensor],
    dim: int,
    device_type: LiteDeviceType = LiteDeviceType.LITE_DEVICE_DEFAULT,
    device_id: int = -1,
) -> LiteTensor:
    """Joins tensors along a dimension into a new one.

    Args:
        tensors: of one element type, and of one shape apart from `dim`.
        dim: where they are joined.
        device_type, device_id: of the result; by default where the first one lies.
    """
    handles = (Handle * max(len(tensors), 1))(*[tensor._tensor for tensor in tensors])
    result = LiteTensor(physic_construct=False)
    result._owned = True
    lib.LITE_tensor_concat(handles, len(tensors), dim, device_type, device_id, byref(result._tensor))
    return result
