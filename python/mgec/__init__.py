"""mgec compiles MegEngine models ahead of time.

    import mgec
    net = mgec.compile("resnet18.mge").load()      # a mgec.lite.LiteNetwork, ready to run

`compile`, `info` and `explain` run the program `mgec`. `mgec.lite` is MegEngine Lite's API over the runtime library, which is
loaded when that module is first used.
"""

from __future__ import annotations

import importlib
from typing import Any

from ._compile import CompiledModel, compile, explain, info
from ._tool import CompileError, CompileWarning, compiler

__version__ = "0.1.0"

__all__ = ["CompileError", "CompileWarning", "CompiledModel", "compile", "compiler", "explain", "info", "lite"]


def __getattr__(name: str) -> Any:
    if name == "lite":
        return importlib.import_module("mgec.lite")
    raise AttributeError(f"module 'mgec' has no attribute {name!r}")
