"""The library behind this package: where it is found, how its functions are called, what its errors become.

The library is the first of: the file that the variable LITE_LIB_PATH names, the one that MGEC_LITE_LIBRARY names,
``libmgec_lite.so`` beside the package ``mgec`` or in its folder ``lib``, in ``build/lib`` of the checkout that the package
lies in, and what the system's loader finds. Any library with the C API of MegEngine Lite will do, MegEngine's own included.

Calls into the library release Python's global lock, so other threads go on during a forward.
"""

from __future__ import annotations

import ctypes
import logging
import os
import pathlib
import threading
from collections.abc import Iterator
from ctypes import POINTER, byref, c_char_p, c_int, c_void_p
from typing import Any, NoReturn, Optional

from .struct import LiteLogLevel

logger = logging.getLogger("mgec.lite")


class LiteError(RuntimeError):
    """The library refused a call; the text is the library's own message."""


class LiteArgumentError(LiteError, AssertionError, ValueError):
    """An argument was refused before it reached the library. Also an AssertionError, which megenginelite raises here."""


class LiteTypeError(LiteError, AssertionError, TypeError):
    """An element type was refused: unknown, or not the one of the tensor."""


def _candidates() -> Iterator[str]:
    for variable in ("LITE_LIB_PATH", "MGEC_LITE_LIBRARY"):
        named = os.environ.get(variable)
        if named:
            yield named
            return
    name = "libmgec_lite.so"
    package = pathlib.Path(__file__).resolve().parent.parent
    for folder in (package, package / "lib", package.parent.parent / "build" / "lib"):
        if (folder / name).exists():
            yield str(folder / name)
    yield name


def _load() -> ctypes.CDLL:
    tried = []
    for path in _candidates():
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            tried.append(str(error))
    raise ImportError(
        "mgec.lite finds no runtime library. Build one (scripts/build.sh) or name one in LITE_LIB_PATH. Tried: "
        + "; ".join(tried)
    )


lib = _load()


class _CallbackErrors(threading.local):
    """The exception that a callback of this thread left behind: the library cannot carry it, so the call raises it."""

    error: Optional[BaseException] = None

    def take(self) -> Optional[BaseException]:
        error, self.error = self.error, None
        return error


callback_errors = _CallbackErrors()


def _check(result: int, function: Any, arguments: tuple[Any, ...]) -> int:
    cause = callback_errors.take()
    if result:
        message = (lib.LITE_get_last_error() or b"").decode("utf-8", "replace")
        logger.error(message)
        raise LiteError(message) from cause
    if cause is not None:
        raise cause
    return result


def declare(name: str, *argtypes: Any) -> None:
    """Gives a function of the library its argument types and makes its failures exceptions."""
    try:
        function = getattr(lib, name)
    except AttributeError:

        def missing(*_: object) -> NoReturn:
            raise LiteError(f"the library {lib._name} has no function {name}")

        setattr(lib, name, missing)
        return
    function.argtypes = argtypes
    function.restype = c_int
    function.errcheck = _check


class Handle(c_void_p):
    """A network or tensor of the library. A class of its own, so that ctypes does not turn it into an integer."""


lib.LITE_get_last_error.argtypes = []
lib.LITE_get_last_error.restype = c_char_p
declare("LITE_get_version", POINTER(c_int), POINTER(c_int), POINTER(c_int))
declare("LITE_set_log_level", c_int)
declare("LITE_get_log_level", POINTER(c_int))


def _version() -> str:
    parts = c_int(), c_int(), c_int()
    lib.LITE_get_version(*map(byref, parts))
    return ".".join(str(part.value) for part in parts)


#: The version of MegEngine Lite that the library is compatible with, such as "1.13.0".
version = _version()


def set_log_level(level: int) -> None:
    """Sets how much the library writes to standard error, for the whole process.

    Args:
        level: a LiteLogLevel; what is less severe is not written. At start it is ERROR.
    """
    lib.LITE_set_log_level(level)


def get_log_level() -> LiteLogLevel:
    """The level that `set_log_level` set."""
    level = c_int()
    lib.LITE_get_log_level(byref(level))
    return LiteLogLevel(level.value)


def encoded(text: object) -> bytes:
    """A name or path as the library takes it: str, bytes and path objects."""
    if isinstance(text, bytes):
        return text
    if isinstance(text, str):
        return text.encode("utf-8", "surrogateescape")
    if isinstance(text, os.PathLike):
        return os.fsencode(text)
    raise LiteTypeError(f"expected str, bytes or a path, not {type(text).__name__}")
