"""The enumerations of the Lite API; their values are those of the C headers."""

from __future__ import annotations

from ctypes import Structure
from enum import IntEnum

__all__ = [
    "LiteAlgoSelectStrategy",
    "LiteBackend",
    "LiteDataType",
    "LiteDeviceType",
    "LiteIOType",
    "LiteLogLevel",
    "LiteTensorPhase",
    "Structure",
]


class LiteBackend(IntEnum):
    """What executes a network; there is one."""

    LITE_DEFAULT = 0


class LiteDeviceType(IntEnum):
    """Where a network runs or a tensor lies."""

    LITE_CPU = 0
    LITE_CUDA = 1
    LITE_ATLAS = 3
    LITE_NPU = 4
    LITE_CAMBRICON = 5
    LITE_DEVICE_DEFAULT = 7


class LiteDataType(IntEnum):
    """The type of a tensor's elements: float32, float16, int32, int16, int8, uint8, uint32, uint16, int64.

    megenginelite has LITE_UINT16 = 6, which its own library does not understand, and neither LITE_UINT nor LITE_INT64.
    """

    LITE_FLOAT = 0
    LITE_HALF = 1
    LITE_INT = 2
    LITE_INT16 = 3
    LITE_INT8 = 4
    LITE_UINT8 = 5
    LITE_UINT = 6
    LITE_UINT16 = 7
    LITE_INT64 = 8


class LiteTensorPhase(IntEnum):
    """Among which tensors of a network a name is looked up; LITE_IO: the inputs, then the outputs."""

    LITE_IO = 0
    LITE_INPUT = 1
    LITE_OUTPUT = 2


class LiteIOType(IntEnum):
    """Whether a network computes an output's values, or only its shape."""

    LITE_IO_VALUE = 0
    LITE_IO_SHAPE = 1


class LiteAlgoSelectStrategy(IntEnum):
    """How kernels are chosen; flags that can be combined with ``|``. mgec chooses when it compiles."""

    LITE_ALGO_HEURISTIC = 1
    LITE_ALGO_PROFILE = 2
    LITE_ALGO_REPRODUCIBLE = 4
    LITE_ALGO_OPTIMIZED = 8


class LiteLogLevel(IntEnum):
    """What the library writes to standard error: messages of this severity and above. ERROR at start."""

    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3
