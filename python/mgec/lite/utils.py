"""TensorBatchCollector: single samples, collected into the batch that a network runs."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from .base import LiteArgumentError, LiteTypeError
from .struct import LiteDataType, LiteDeviceType
from .tensor import DataType, LiteLayout, LiteTensor, lite_dtype

__all__ = ["TensorBatchCollector"]


class TensorBatchCollector:
    """Collects single samples into one tensor.

    Args:
        shape: of the whole: the number of slots, then the shape of a sample.
        dtype: element type.
        device_type, device_id, is_pinned_host: where the tensor is made.
        tensor: a tensor to collect into instead; its properties replace those above, and its shape must be `shape`.

    Slots are taken in order, those that were freed in the order in which they were. Any number of threads may collect at once,
    each into the slot that it got.

    Attributes:
        shape, dtype, dev_type, dev_id, is_pinned_host: of the tensor.
    """

    def __init__(
        self,
        shape: Sequence[int],
        dtype: DataType = LiteDataType.LITE_INT8,
        device_type: LiteDeviceType = LiteDeviceType.LITE_CUDA,
        device_id: int = 0,
        is_pinned_host: bool = False,
        tensor: Optional[LiteTensor] = None,
    ) -> None:
        self._mutex = threading.Lock()
        self.shape = list(shape)
        if tensor is None:
            tensor = LiteTensor(LiteLayout(self.shape, dtype), device_type, device_id, is_pinned_host)
            self.dtype = int(lite_dtype(dtype))
        else:
            if tensor.layout.shapes != self.shape:
                raise LiteArgumentError("The tensor set to TensorBatchCollector is not right.")
            self.dtype = tensor.layout.data_type
            device_type, device_id, is_pinned_host = tensor.device_type, tensor.device_id, tensor.is_pinned_host
        self.dev_type = device_type
        self.dev_id = device_id
        self.is_pinned_host = is_pinned_host
        self._tensor = tensor
        self._free_list = list(range(self.shape[0]))

    def _check(self, array: Any) -> None:
        if isinstance(array, LiteTensor):
            layout = array.layout
        elif isinstance(array, np.ndarray):
            layout = LiteLayout(array.shape, array.dtype)
        else:
            raise LiteTypeError(f"collect takes a LiteTensor or a numpy array, not {type(array).__name__}")
        if layout.shapes != self.shape[1:]:
            raise LiteArgumentError(f"a sample has the shape {self.shape[1:]}, not {layout.shapes}")
        if layout.data_type != self.dtype:
            raise LiteTypeError(f"a sample is of type {LiteDataType(self.dtype).name}, not {layout.dtype.__name__}")

    def _slot(self, batch_id: int) -> LiteTensor:
        if not 0 <= batch_id < self.shape[0]:
            raise LiteArgumentError("the idx specific the tensor is out of range.")
        return self._tensor.slice([batch_id], [batch_id + 1])

    def _store(self, array: Any, batch_id: int) -> None:
        slot = self._slot(batch_id)
        if isinstance(array, np.ndarray):
            slot.set_data_by_copy(np.ascontiguousarray(array).reshape([1, *array.shape]))
        else:
            # A dense slot takes the shape of its source, but stays where it is.
            slot.copy_from(array)

    def _take(self) -> Optional[int]:
        with self._mutex:
            return self._free_list.pop(0) if self._free_list else None

    def collect(self, array: Any) -> int:
        """Copies a sample into the next free slot.

        Args:
            array: LiteTensor or numpy array of the shape and type of a sample.

        Returns:
            the slot; -1 and a warning if all are taken.
        """
        self._check(array)
        batch_id = self._take()
        if batch_id is None:
            warnings.warn("all batch has been collected, please call free before collect again.", stacklevel=2)
            return -1
        self._store(array, batch_id)
        return batch_id

    def collect_id(self, array: Any, batch_id: int) -> None:
        """Copies a sample into a slot; into one that is taken, too, with a warning."""
        self._check(array)
        self._slot(batch_id)
        with self._mutex:
            taken = batch_id not in self._free_list
            if not taken:
                self._free_list.remove(batch_id)
        if taken:
            warnings.warn(f"batch {batch_id} has been collected, please call free before collected it again.", stacklevel=2)
        self._store(array, batch_id)

    def collect_by_ctypes(self, data: Any, length: int) -> Optional[int]:
        """Copies a sample from an address of the host into the next free slot.

        Args:
            data: int, c_void_p, ctypes pointer or array.
            length: bytes; those of a sample.

        Returns:
            None; -1 if all slots are taken.
        """
        size = self._tensor.nbytes // self.shape[0] if self.shape[0] else 0
        if length != size:
            raise LiteArgumentError(f"a sample has {size} bytes, not {length}")
        batch_id = self._take()
        if batch_id is None:
            return -1
        self._slot(batch_id).set_data_by_copy(data, length)
        return None

    def free(self, indexes: Iterable[int]) -> None:
        """Gives slots back. One that is free already stays so, with a warning."""
        for index in indexes:
            self._slot(index)
            with self._mutex:
                free = index in self._free_list
                if not free:
                    self._free_list.append(index)
            if free:
                warnings.warn(f"batch id {index} has not collected before free it.", stacklevel=2)

    def get_tensor_at(self, idx: int) -> LiteTensor:
        """A slot as a tensor of shape (1, ...) over the same memory; a warning if it is free."""
        slot = self._slot(idx)
        if idx in self._free_list:
            warnings.warn(f"tensor with batch id {idx} has not collected before get it.", stacklevel=2)
        return slot

    def get(self) -> LiteTensor:
        """The tensor of all slots, not a copy."""
        return self._tensor

    def to_numpy(self) -> npt.NDArray[Any]:
        """The whole as a new numpy array."""
        return self._tensor.to_numpy()
