"""MegEngine Lite's Python API over mgec's runtime: ``import mgec.lite as megenginelite`` is the whole migration.

All names of the package ``megenginelite`` are here, and mean what its documentation says; docs/PYTHON.md lists where that
package does otherwise. Additions: correct spellings of misspelt names, DLPack, views of slices, and what the C API has and
``megenginelite`` has not. As there, ``from mgec.lite import *`` also brings the names of ctypes and a few modules.
"""

from __future__ import annotations

import ctypes
import glob
import io
import logging
import os
import sys
import threading
import warnings
from enum import Enum, IntEnum

import numpy as np

from .base import LiteArgumentError, LiteError, LiteTypeError, get_log_level, set_log_level, version
from .global_setting import LiteDecryptionFunc, LiteGlobal, LiteParseInfoFunc, decryption_func
from .network import (
    LiteAsyncCallback,
    LiteConfig,
    LiteExtraConfig,
    LiteFinishCallback,
    LiteIO,
    LiteNetwork,
    LiteNetworkIO,
    LiteOptions,
    LiteStartCallback,
    get_model_io_info,
    start_finish_callback,
    wrap_async_callback,
)
from .struct import (
    LiteAlgoSelectStrategy,
    LiteBackend,
    LiteDataType,
    LiteDeviceType,
    LiteIOType,
    LiteLogLevel,
    LiteTensorPhase,
)
from .tensor import (
    MAX_DIM,
    LiteLayout,
    LiteTensor,
    LiteTensorConcat,
    ctype_to_lite_dtypes,
    from_dlpack,
    lite_dtype_2_numpy,
)
from .utils import TensorBatchCollector

__version__ = version

__all__ = [
    "MAX_DIM",
    "Enum",
    "IntEnum",
    "LiteAlgoSelectStrategy",
    "LiteArgumentError",
    "LiteAsyncCallback",
    "LiteBackend",
    "LiteConfig",
    "LiteDataType",
    "LiteDecryptionFunc",
    "LiteDeviceType",
    "LiteError",
    "LiteExtraConfig",
    "LiteFinishCallback",
    "LiteGlobal",
    "LiteIO",
    "LiteIOType",
    "LiteLayout",
    "LiteLogLevel",
    "LiteNetwork",
    "LiteNetworkIO",
    "LiteOptions",
    "LiteParseInfoFunc",
    "LiteStartCallback",
    "LiteTensor",
    "LiteTensorConcat",
    "LiteTensorPhase",
    "LiteTypeError",
    "TensorBatchCollector",
    "ctype_to_lite_dtypes",
    "ctypes",
    "decryption_func",
    "from_dlpack",
    "get_log_level",
    "get_model_io_info",
    "glob",
    "io",
    "lite_dtype_2_numpy",
    "logging",
    "np",
    "os",
    "set_log_level",
    "start_finish_callback",
    "sys",
    "threading",
    "version",
    "warnings",
    "wrap_async_callback",
]

# Programs written for megenginelite take c_void_p and its like from `import *`.
for _name in dir(ctypes):
    if not _name.startswith("_") and _name not in globals():
        globals()[_name] = getattr(ctypes, _name)
        __all__.append(_name)
del _name


def config_env() -> None:
    """Has CUDA load its modules when they are needed, unless the environment says otherwise; called on import."""
    if not os.getenv("ALREADY_CONFIG_CUDA_LOADING_MODE"):
        os.environ.setdefault("CUDA_MODULE_LOADING", "LAZY")


config_env()
