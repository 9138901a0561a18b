"""What concerns the whole process: encryption methods, caches, devices."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_size_t, c_uint8, c_void_p
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from ._config import LiteConfig, LiteNetworkIO, _LiteNetworkIO
from .base import LiteTypeError, callback_errors, declare, encoded, lib
from .struct import LiteBackend, LiteDeviceType

__all__ = ["LiteDecryptionFunc", "LiteGlobal", "LiteParseInfoFunc", "decryption_func"]

LiteDecryptionFunc = CFUNCTYPE(c_size_t, c_void_p, c_size_t, POINTER(c_uint8), c_size_t, c_void_p)
LiteParseInfoFunc = CFUNCTYPE(
    c_int,
    c_void_p,
    c_size_t,
    c_char_p,
    POINTER(LiteConfig),
    POINTER(_LiteNetworkIO),
    POINTER(c_int),
    POINTER(c_size_t),
    POINTER(c_int),
    POINTER(c_int),
)

declare("LITE_get_device_count", c_int, POINTER(c_size_t))
declare("LITE_try_coalesce_all_free_memory")
declare("LITE_register_decryption_and_key", c_char_p, LiteDecryptionFunc, POINTER(c_uint8), c_size_t)
# The function may be a null pointer, which an argument of type LiteDecryptionFunc could not be.
declare("LITE_update_decryption_or_key", c_char_p, c_void_p, POINTER(c_uint8), c_size_t)
declare("LITE_register_parse_info_func", c_char_p, LiteParseInfoFunc)
declare("LITE_set_loader_lib_path", c_char_p)
declare("LITE_set_persistent_cache", c_char_p, c_int)
declare("LITE_dump_persistent_cache", c_char_p)
declare("LITE_set_tensor_rt_cache", c_char_p)
declare("LITE_dump_tensor_rt_cache")
declare("LITE_register_memory_pair", c_void_p, c_void_p, c_size_t, c_int, c_int)
declare("LITE_clear_memory_pair", c_void_p, c_void_p, c_int, c_int)
declare("LITE_lookup_physic_ptr", c_void_p, POINTER(c_void_p), c_int, c_int)

Bytes = npt.NDArray[np.uint8]
Decryption = Callable[[Bytes, Bytes, Optional[Bytes]], int]
Key = Union[bytes, bytearray, Sequence[int]]


class _Output(np.ndarray):
    """An array that is true, so that decryption functions can say ``if not out_arr`` where None asks for the size."""

    _is_output = False

    def __bool__(self) -> bool:
        return self._is_output or super().__bool__()


def _bytes_at(address: Optional[int], length: int) -> Bytes:
    if not address or not length:
        return np.empty(0, np.uint8)
    return np.ctypeslib.as_array((c_uint8 * length).from_address(address))


def decryption_func(func: Decryption) -> Any:
    """Decorator that makes a Python function a decryption method for `LiteGlobal.register_decryption_and_key`.

    Args:
        func: ``func(in_arr, key_arr, out_arr)`` with arrays of uint8, valid during the call. If `out_arr` is None it returns
            the number of decrypted bytes, or an upper limit; else it writes them to `out_arr` and returns their number. What it
            raises, the call that loads the model raises.
    """

    def call(data: Optional[int], length: int, key: Any, key_length: int, out: Optional[int]) -> int:
        try:
            in_arr = _bytes_at(data, length)
            key_arr = _bytes_at(ctypes.cast(key, c_void_p).value, key_length)
            if not out:
                return int(func(in_arr, key_arr, None))
            out_arr = _bytes_at(out, int(func(in_arr, key_arr, None))).view(_Output)
            out_arr._is_output = True
            return int(func(in_arr, key_arr, out_arr))
        except BaseException as error:
            callback_errors.error = error
            return 0

    return LiteDecryptionFunc(call)


#: The library may call these for as long as the process lives.
_registered: dict[tuple[str, bytes], list[Any]] = {}


def _key_bytes(key: Key) -> Any:
    values = list(key)
    return (c_uint8 * len(values))(*values)


class LiteGlobal:
    """Settings of the process. All methods are static; any thread may call them.

    Raises:
        LiteError: from any method, when the library refuses, with its message.
    """

    _api = lib

    @staticmethod
    def register_decryption_and_key(decryption_name: str, decryption_func: Any, key: Key) -> None:
        """Adds a way to decrypt models.

        Args:
            decryption_name: what `LiteConfig.bare_model_cryption_name` and packed models call it; not yet registered.
            decryption_func: what the decorator `decryption_func` returned, or a function that it could have been given.
            key: bytes, or a list of integers from 0 to 255.
        """
        function = _as_decryption(decryption_func)
        values = _key_bytes(key)
        name = encoded(decryption_name)
        lib.LITE_register_decryption_and_key(name, function, values, len(values))
        _registered.setdefault(("decryption", name), []).append(function)

    @staticmethod
    def update_decryption_key(decryption_name: str, key: Key) -> None:
        """Changes the key of a way to decrypt: "AES_default" (32 bytes), "RC4_default", "SIMPLE_FAST_RC4_default" (16
        bytes), or a registered one. An empty key leaves it as it is.
        """
        LiteGlobal.update_decryption_or_key(decryption_name, None, key)

    @staticmethod
    def update_decryption_or_key(decryption_name: str, decryption_func: Any = None, key: Key = b"") -> None:
        """Changes the function, the key or both of a way to decrypt; None and an empty key leave them as they are."""
        function = None if decryption_func is None else _as_decryption(decryption_func)
        values = _key_bytes(key)
        name = encoded(decryption_name)
        address = None if function is None else ctypes.cast(function, c_void_p)
        lib.LITE_update_decryption_or_key(name, address, values, len(values))
        if function is not None:
            _registered.setdefault(("decryption", name), []).append(function)

    @staticmethod
    def register_parse_info_func(
        info_type: str, parse_func: Callable[[bytes, str, LiteConfig, LiteNetworkIO, dict[str, int]], Any]
    ) -> None:
        """Adds a way to parse the information in packed models.

        Args:
            info_type: what packed models call it.
            parse_func: ``parse_func(info, model_name, config, network_io, settings)``. It changes `config` in place, adds to
                the empty `network_io`, and sets "device_id", "number_threads", "enable_inplace_model" and "use_tensorrt" in
                `settings`. What it raises, the call that loads the model raises.
        """
        name = encoded(info_type)
        kept: list[Any] = _registered.setdefault(("parse", name), [])

        def call(
            data: Optional[int],
            size: int,
            model_name: Optional[bytes],
            config: Any,
            ios: Any,
            device_id: Any,
            threads: Any,
            inplace: Any,
            tensorrt: Any,
        ) -> int:
            try:
                network_io = LiteNetworkIO()
                settings: dict[str, int] = {}
                info = ctypes.string_at(data, size) if data else b""
                parse_func(info, (model_name or b"").decode("utf-8"), config[0], network_io, settings)
                kept[1:] = [network_io, config[0].bare_model_cryption_name]
                if network_io.inputs or network_io.outputs:
                    ios[0] = network_io._create_network_io()
                for target, key in (
                    (device_id, "device_id"),
                    (threads, "number_threads"),
                    (inplace, "enable_inplace_model"),
                    (tensorrt, "use_tensorrt"),
                ):
                    if key in settings and target:
                        target[0] = int(settings[key])
                return 0
            except BaseException as error:
                callback_errors.error = error
                return -1

        function = LiteParseInfoFunc(call)
        lib.LITE_register_parse_info_func(name, function)
        kept[:1] = [function]

    @staticmethod
    def set_loader_lib_path(path: Any) -> None:
        """Loads a library with operators of third parties, or with compiled models."""
        lib.LITE_set_loader_lib_path(encoded(path))

    @staticmethod
    def set_persistent_cache(path: Any, always_sync: bool = False) -> None:
        """Names the file with the choices of kernels that MegEngine's fast-run made. mgec chooses when it compiles."""
        lib.LITE_set_persistent_cache(encoded(path), always_sync)

    @staticmethod
    def dump_persistent_cache(path: Any) -> None:
        """Writes the choices of kernels to a file, in MegEngine's form."""
        lib.LITE_dump_persistent_cache(encoded(path))

    @staticmethod
    def set_tensorrt_cache(path: Any) -> None:
        """Names the file with TensorRT engines. Accepted; mgec has its own kernels."""
        lib.LITE_set_tensor_rt_cache(encoded(path))

    @staticmethod
    def dump_tensorrt_cache() -> None:
        """Writes TensorRT engines to that file. Accepted; there are none."""
        lib.LITE_dump_tensor_rt_cache()

    @staticmethod
    def get_device_count(device_type: LiteDeviceType) -> int:
        """How many devices of a type there are; for LITE_CPU the cores."""
        count = c_size_t()
        lib.LITE_get_device_count(device_type, byref(count))
        return count.value

    @staticmethod
    def try_coalesce_all_free_memory() -> None:
        """Gives memory that nothing uses back to the system."""
        lib.LITE_try_coalesce_all_free_memory()

    @staticmethod
    def register_memory_pair(
        vir_ptr: c_void_p,
        phy_ptr: c_void_p,
        length: int,
        device: LiteDeviceType,
        backend: LiteBackend = LiteBackend.LITE_DEFAULT,
    ) -> None:
        """Says which physical address belongs to a virtual one, for `length` bytes."""
        lib.LITE_register_memory_pair(_pointer(vir_ptr), _pointer(phy_ptr), length, device, backend)

    @staticmethod
    def clear_memory_pair(
        vir_ptr: c_void_p, phy_ptr: c_void_p, device: LiteDeviceType, backend: LiteBackend = LiteBackend.LITE_DEFAULT
    ) -> None:
        """Forgets a pair of addresses."""
        lib.LITE_clear_memory_pair(_pointer(vir_ptr), _pointer(phy_ptr), device, backend)

    @staticmethod
    def lookup_physic_ptr(
        vir_ptr: c_void_p, device: LiteDeviceType, backend: LiteBackend = LiteBackend.LITE_DEFAULT
    ) -> c_void_p:
        """The physical address that belongs to a virtual one."""
        memory = c_void_p()
        lib.LITE_lookup_physic_ptr(_pointer(vir_ptr), byref(memory), device, backend)
        return memory


def _as_decryption(function: Any) -> Any:
    if isinstance(function, LiteDecryptionFunc):
        return function
    if callable(function):
        return decryption_func(function)
    raise LiteTypeError("a decryption method is a function func(in_arr, key_arr, out_arr)")


def _pointer(pointer: c_void_p) -> c_void_p:
    if not isinstance(pointer, c_void_p):
        raise LiteTypeError("memory pairs only accept c_void_p type.")
    return pointer
