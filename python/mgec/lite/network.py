"""Networks: load a model, fill inputs, forward, read outputs."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_size_t, c_uint, c_void_p
from typing import Any, Optional, Union

import numpy as np

from ._config import LiteConfig, LiteExtraConfig, LiteIO, LiteNetworkIO, LiteOptions, _LiteNetworkIO
from .base import Handle, LiteTypeError, declare, encoded, lib
from .struct import LiteAlgoSelectStrategy, LiteDeviceType, LiteTensorPhase
from .tensor import Borrowed, LiteTensor

__all__ = [
    "Handle",
    "LiteAsyncCallback",
    "LiteConfig",
    "LiteExtraConfig",
    "LiteFinishCallback",
    "LiteIO",
    "LiteNetwork",
    "LiteNetworkIO",
    "LiteOptions",
    "LiteStartCallback",
    "get_model_io_info",
    "start_finish_callback",
    "wrap_async_callback",
]

LiteAsyncCallback = CFUNCTYPE(c_int)
LiteStartCallback = CFUNCTYPE(c_int, POINTER(LiteIO), POINTER(c_void_p), c_size_t)
LiteFinishCallback = CFUNCTYPE(c_int, POINTER(LiteIO), POINTER(c_void_p), c_size_t)
_ThreadCallback = CFUNCTYPE(c_int, c_int)
_Allocate = CFUNCTYPE(c_void_p, c_int, c_int, c_size_t, c_size_t)
_Free = CFUNCTYPE(None, c_int, c_int, c_void_p)

declare("LITE_make_network", POINTER(Handle), LiteConfig, _LiteNetworkIO)
declare("LITE_destroy_network", Handle)
declare("LITE_load_model_from_mem", Handle, c_void_p, c_size_t)
declare("LITE_load_model_from_path", Handle, c_char_p)
declare("LITE_shared_weight_with_network", Handle, Handle)
declare("LITE_share_runtime_memroy", Handle, Handle)
declare("LITE_forward", Handle)
declare("LITE_wait", Handle)
declare("LITE_get_io_tensor", Handle, c_char_p, c_int, POINTER(Handle))
declare("LITE_get_discrete_tensor", Handle, c_char_p, c_size_t, c_int, POINTER(Handle))
declare("LITE_get_input_name", Handle, c_size_t, POINTER(c_char_p))
declare("LITE_get_output_name", Handle, c_size_t, POINTER(c_char_p))
declare("LITE_get_all_input_name", Handle, POINTER(c_size_t), POINTER(c_char_p))
declare("LITE_get_all_output_name", Handle, POINTER(c_size_t), POINTER(c_char_p))
declare("LITE_is_cpu_inplace_mode", Handle, POINTER(c_int))
declare("LITE_set_cpu_inplace_mode", Handle)
declare("LITE_use_tensorrt", Handle)
declare("LITE_get_device_id", Handle, POINTER(c_int))
declare("LITE_set_device_id", Handle, c_int)
declare("LITE_get_stream_id", Handle, POINTER(c_int))
declare("LITE_set_stream_id", Handle, c_int)
declare("LITE_get_cpu_threads_number", Handle, POINTER(c_size_t))
declare("LITE_set_cpu_threads_number", Handle, c_size_t)
declare("LITE_get_device_type", Handle, POINTER(c_int))
declare("LITE_get_model_extra_info", Handle, POINTER(c_char_p), POINTER(c_int))
declare("LITE_set_network_algo_policy", Handle, c_int)
declare("LITE_set_network_algo_fastrun_config", Handle, c_uint, c_int)
declare("LITE_set_network_algo_workspace_limit", Handle, c_size_t)
declare("LITE_enable_profile_performance", Handle, c_char_p)
declare("LITE_enable_io_txt_dump", Handle, c_char_p)
declare("LITE_enable_io_bin_dump", Handle, c_char_p)
declare("LITE_get_static_memory_alloc_info", Handle, c_char_p)
declare("LITE_enable_global_layout_transform", Handle)
declare("LITE_dump_layout_transform_model", Handle, c_char_p)
declare("LITE_extra_configure", Handle, LiteExtraConfig)
declare("LITE_set_async_callback", Handle, LiteAsyncCallback)
declare("LITE_set_start_callback", Handle, LiteStartCallback)
declare("LITE_set_finish_callback", Handle, LiteFinishCallback)
declare("LITE_set_runtime_thread_affinity", Handle, _ThreadCallback)
declare("LITE_set_memory_allocator", Handle, _Allocate, _Free)
declare("LITE_get_model_io_info_by_path", c_char_p, LiteConfig, POINTER(_LiteNetworkIO))
declare("LITE_get_model_io_info_by_memory", c_void_p, c_size_t, LiteConfig, POINTER(_LiteNetworkIO))

#: Called with what is said about each input or output, and its tensor.
IOCallback = Callable[[dict[LiteIO, LiteTensor]], Any]
Path = Union[str, "os.PathLike[str]"]


def wrap_async_callback(func: Callable[[], Any]) -> Any:
    """A function of no arguments as the library calls it. The caller keeps the result while the library may call it."""
    return LiteAsyncCallback(lambda: _status(func()))


def start_finish_callback(func: IOCallback, network: Optional[LiteNetwork] = None) -> Any:
    """A start or finish callback as the library calls it. The caller keeps the result while the library may call it.

    Args:
        func: takes a dictionary from LiteIO to LiteTensor.
        network: whose tensors they are; they keep it alive.
    """
    reference = (lambda: None) if network is None else weakref.ref(network)

    def call(c_ios: Any, c_tensors: Any, size: int) -> int:
        owner = reference()
        tensors = {}
        for index in range(size):
            handle = Handle(c_tensors[index])
            tensor = LiteTensor._of_network(handle, None, Borrowed()) if owner is None else owner._io_tensor(handle)
            tensors[c_ios[index].copy()] = tensor
        return _status(func(tensors))

    return LiteStartCallback(call)


def _status(result: Any) -> int:
    return result if isinstance(result, int) else 0


class LiteNetwork:
    """A model, ready to run.

    Args:
        config: where and how; LiteConfig() by default. Copied.
        io: what is said about inputs and outputs. Copied.

    The order is: make, configure (threads, device, in-place mode), load, fill inputs, forward, wait, read outputs; a setter
    that comes too late is a LiteError. A network may be used by one thread at a time, and by any thread; different networks
    run in parallel, also those that share weights, but not those that share runtime memory. `forward` and `wait` let other
    Python threads run. Tensors of the network keep it alive.

    Attributes:
        config, network_io: as given.
        model_bytes: what `load` read where it was not a path; the library may use it for as long as the network lives.

    Raises:
        LiteError: from any method, when the library refuses, with its message.
    """

    _api = lib

    def __init__(self, config: Optional[LiteConfig] = None, io: Optional[LiteNetworkIO] = None) -> None:
        self._network = Handle()
        self.config = LiteConfig() if config is None else config
        self.network_io = LiteNetworkIO() if io is None else io
        self.model_bytes: Any = None
        self._callbacks: dict[str, Any] = {}  # what the library may call
        self._sources: list[LiteNetwork] = []  # whose weights or memory this one uses
        self._borrowed: dict[int, Borrowed] = {}  # by the tensor's handle
        self._tensors: weakref.WeakSet[LiteTensor] = weakref.WeakSet()
        self._error: Optional[BaseException] = None  # of a callback, to be raised
        self._waiting: Optional[int] = None  # the thread that is in wait()
        lib.LITE_make_network(byref(self._network), self.config, self.network_io._create_network_io())

    def __repr__(self) -> str:
        return repr({"config": self.config, "IOs": self.network_io})

    def __del__(self) -> None:
        if getattr(self, "_network", None):
            self._api.LITE_destroy_network(self._network)

    # ------------------------------------------------------------------------------------------------------ loading

    def load(self, file: Any) -> None:
        """Loads a model.

        Args:
            file: a path (str or path object) of a ``.mge``, packed or encrypted model or of a compiled library; what
                `mgec.compile` returned; a binary file object; or the bytes themselves.

        The library may start the compiler for a model that nothing compiled yet, which takes seconds once. Loading again
        replaces the model; tensors of the one before become null, and using them a LiteError.

        Raises:
            LiteError: no such file, not a model, an unknown or wrong way of encryption, not compiled.
        """
        if isinstance(file, (str, os.PathLike)):
            if "://" in str(file):
                import megfile  # type: ignore[import-not-found]  # optional: other storage than files

                with megfile.smart_open(file, "rb") as stream:
                    return self.load(stream.read())
            self._forget_tensors()
            lib.LITE_load_model_from_path(self._network, encoded(file))
            self.model_bytes = None
            return None
        data = file.read() if hasattr(file, "read") else file
        try:
            model = np.frombuffer(data, np.uint8) if len(data) else np.empty(0, np.uint8)
        except (TypeError, ValueError):
            raise LiteTypeError(f"a path, a binary file or bytes are loaded, not {type(file).__name__}") from None
        self._forget_tensors()
        before, self.model_bytes = self.model_bytes, model
        lib.LITE_load_model_from_mem(self._network, model.ctypes.data, model.nbytes)
        del before  # the library was done with it only now
        return None

    def _forget_tensors(self) -> None:
        for tensor in self._tensors:
            tensor._tensor = Handle()
        self._tensors.clear()
        self._borrowed.clear()

    def extra_configure(self, extra_config: LiteExtraConfig) -> None:
        """Further configuration, before the model is loaded."""
        lib.LITE_extra_configure(self._network, extra_config)

    def share_weights_with(self, src_network: LiteNetwork) -> None:
        """Loads the model of another network, with the same weights in memory. Both may run at the same time.

        Args:
            src_network: a loaded network.
        """
        lib.LITE_shared_weight_with_network(self._network, _network(src_network)._network)
        self._sources.append(src_network)

    def share_runtime_memory_with(self, src_network: LiteNetwork) -> None:
        """Uses the working memory of another network; called before `load`. The two must never run at the same time."""
        lib.LITE_share_runtime_memroy(self._network, _network(src_network)._network)
        self._sources.append(src_network)

    def share_runtime_memroy(self, src_network: LiteNetwork) -> None:
        """`share_runtime_memory_with`, as MegEngine Lite spells it."""
        self.share_runtime_memory_with(src_network)

    share_runtime_memory = share_runtime_memroy

    # ------------------------------------------------------------------------------------------------------ running

    def forward(self) -> None:
        """Computes the outputs from the inputs. It may return early: `wait` for the outputs, or the async callback.

        Raises:
            LiteError: the network cannot run.
            Exception: what the start callback raised.
        """
        lib.LITE_forward(self._network)
        if self._error is not None:
            self._raise()

    def wait(self) -> None:
        """Returns when the forward is complete and the finish callback, if there is one, has returned.

        Raises:
            Exception: what the finish or the async callback raised.
        """
        self._waiting = threading.get_ident()
        try:
            lib.LITE_wait(self._network)
        finally:
            self._waiting = None
        if self._error is not None:
            self._raise()

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _guarded(self, func: Callable[..., Any]) -> Callable[..., int]:
        """The function, with what it raises kept for the next forward or wait: the library cannot carry exceptions."""
        reference = weakref.ref(self)

        def call(*arguments: Any) -> int:
            try:
                return _status(func(*arguments))
            except BaseException as error:
                network = reference()
                if network is None:
                    raise
                network._error = error
                return -1

        return call

    def async_with_callback(self, async_callback: Callable[[], Any]) -> None:
        """Makes `forward` return at once; the callback is called when the outputs are there.

        Args:
            async_callback: takes nothing; called once a forward, on a thread of the library. What it raises, the next `wait`
                or `forward` raises.

        Raises:
            LiteError: in-place mode, or outputs in memory of the caller.
        """
        reference = weakref.ref(self)

        def once() -> Any:
            network = reference()
            # MegEngine's own library calls it a second time, from wait().
            if network is not None and network._waiting == threading.get_ident():
                return 0
            return async_callback()

        self._set("async", lib.LITE_set_async_callback, wrap_async_callback(self._guarded(once)))

    set_async_callback = async_with_callback

    def set_start_callback(self, start_callback: IOCallback) -> None:
        """Has a function called before each execution, on the thread that calls `forward`.

        Args:
            start_callback: takes a dictionary from the LiteIO of each input to its LiteTensor. It may check or change inputs;
                what it raises, `forward` raises, after the execution.
        """
        self._set("start", lib.LITE_set_start_callback, start_finish_callback(self._guarded(start_callback), self))

    def set_finish_callback(self, finish_callback: IOCallback) -> None:
        """Has a function called after each execution, from `wait`, or on the library's thread after the async callback.

        Args:
            finish_callback: takes a dictionary from the LiteIO of each output to its LiteTensor; what it raises, `wait` raises.
        """
        self._set("finish", lib.LITE_set_finish_callback, start_finish_callback(self._guarded(finish_callback), self))

    def _set(self, what: str, setter: Any, *callbacks: Any) -> None:
        before = self._callbacks.get(what)
        self._callbacks[what] = (before, callbacks)  # the old one until the library has the new one
        setter(self._network, *callbacks)
        self._callbacks[what] = callbacks

    # ------------------------------------------------------------------------------------------------------ tensors

    def _borrowed_by(self, handle: Handle) -> Borrowed:
        return self._borrowed.setdefault(handle.value or 0, Borrowed())

    def _io_tensor(self, handle: Handle) -> LiteTensor:
        tensor = LiteTensor._of_network(handle, self, self._borrowed_by(handle))
        self._tensors.add(tensor)
        return tensor

    def get_io_tensor(self, name: Union[str, bytes], phase: LiteTensorPhase = LiteTensorPhase.LITE_IO) -> LiteTensor:
        """An input or output of a loaded network.

        Args:
            name: its name in the model.
            phase: where to look, if an input and an output have the same name.

        Returns:
            a tensor of the network: it shows the current values, and keeps the network alive.
        """
        handle = Handle()
        lib.LITE_get_io_tensor(self._network, encoded(name), phase, byref(handle))
        return self._io_tensor(handle)

    def get_discrete_tensor(
        self, name: Union[str, bytes], n_idx: int, phase: LiteTensorPhase = LiteTensorPhase.LITE_INPUT
    ) -> LiteTensor:
        """One of the tensors of the input that `LiteConfig.discrete_input_name` names.

        Args:
            name: the input.
            n_idx: which one: the sample.

        Returns:
            a tensor of shape (1, c, h, w).
        """
        handle = Handle()
        lib.LITE_get_discrete_tensor(self._network, encoded(name), n_idx, phase, byref(handle))
        return self._io_tensor(handle)

    def _name(self, function: Any, index: int) -> str:
        name = c_char_p()
        function(self._network, index, byref(name))
        return (name.value or b"").decode("utf-8")

    def get_input_name(self, index: int) -> str:
        """The name of an input by its number; MegEngine Lite's order, which is not that of the file."""
        return self._name(lib.LITE_get_input_name, index)

    def get_output_name(self, index: int) -> str:
        """The name of an output by its number, in the order of the model."""
        return self._name(lib.LITE_get_output_name, index)

    def _names(self, function: Any) -> Optional[list[str]]:
        count = c_size_t()
        function(self._network, byref(count), None)
        if not count.value:
            return None
        names = (c_char_p * count.value)()
        function(self._network, None, names)
        return [(name or b"").decode("utf-8") for name in names]

    def get_all_input_name(self) -> Optional[list[str]]:
        """The names of all inputs, in the order of `get_input_name`; None if there are none."""
        return self._names(lib.LITE_get_all_input_name)

    def get_all_output_name(self) -> Optional[list[str]]:
        """The names of all outputs: first those that were configured, in their order; None if there are none."""
        return self._names(lib.LITE_get_all_output_name)

    # ------------------------------------------------------------------------------------------------------ settings

    def is_cpu_inplace_mode(self) -> bool:
        """Whether `forward` computes on the thread that calls it."""
        value = c_int()
        lib.LITE_is_cpu_inplace_mode(self._network, byref(value))
        return bool(value.value)

    def enable_cpu_inplace_mode(self) -> None:
        """Makes `forward` compute on the thread that calls it; before `load`."""
        lib.LITE_set_cpu_inplace_mode(self._network)

    def use_tensorrt(self) -> None:
        """Accepted for MegEngine Lite; mgec has its own kernels. Before `load`."""
        lib.LITE_use_tensorrt(self._network)

    @property
    def device_id(self) -> int:
        """The number of the device; set before `load`. -1024 and -1025 are those of in-place modes."""
        value = c_int()
        lib.LITE_get_device_id(self._network, byref(value))
        return value.value

    @device_id.setter
    def device_id(self, device_id: int) -> None:
        lib.LITE_set_device_id(self._network, device_id)

    @property
    def device_type(self) -> LiteDeviceType:
        """Where the network runs."""
        value = c_int()
        lib.LITE_get_device_type(self._network, byref(value))
        return LiteDeviceType(value.value)

    @property
    def stream_id(self) -> int:
        """The number of the stream; set before `load`."""
        value = c_int()
        lib.LITE_get_stream_id(self._network, byref(value))
        return value.value

    @stream_id.setter
    def stream_id(self, stream_id: int) -> None:
        lib.LITE_set_stream_id(self._network, stream_id)

    @property
    def threads_number(self) -> int:
        """How many threads compute; set before `load`. It never changes a result."""
        value = c_size_t()
        lib.LITE_get_cpu_threads_number(self._network, byref(value))
        return value.value

    @threads_number.setter
    def threads_number(self, nr_threads: int) -> None:
        lib.LITE_set_cpu_threads_number(self._network, nr_threads)

    @property
    def extra_info(self) -> str:
        """The JSON text of ``extra_info`` in a packed model; empty without it."""
        text, size = c_char_p(), c_int()
        lib.LITE_get_model_extra_info(self._network, byref(text), byref(size))
        return (text.value or b"")[: size.value].decode("utf-8")

    def set_runtime_thread_affinity(self, callback: Callable[[int], Any]) -> None:
        """Has a function called on each computing thread, to bind it to a core; after `load`.

        Args:
            callback: takes the thread's number; the last one is the thread that calls `forward`.
        """
        self._set("affinity", lib.LITE_set_runtime_thread_affinity, _ThreadCallback(self._guarded(callback)))

    def set_memory_allocator(
        self, allocate: Callable[[int, int, int, int], int], free: Callable[[int, int, int], None]
    ) -> None:
        """Has the network's memory allocated by the caller; before `load`.

        Args:
            allocate: takes device type, device number, bytes and alignment; returns an address, 0 if there is no memory.
            free: takes device type, device number and the address.
        """
        self._set("allocator", lib.LITE_set_memory_allocator, _Allocate(allocate), _Free(free))

    def set_network_algo_workspace_limit(self, size_limit: int) -> None:
        """Limits the scratch memory of a kernel, in bytes; after `load`. mgec compares it with what was compiled."""
        lib.LITE_set_network_algo_workspace_limit(self._network, size_limit)

    def set_network_algo_policy(
        self,
        policy: Union[LiteAlgoSelectStrategy, int],
        shared_batch_size: int = 0,
        binary_equal_between_batch: bool = False,
    ) -> None:
        """Says how kernels are chosen. mgec has chosen when it compiled; its kernels are reproducible.

        Args:
            policy: LiteAlgoSelectStrategy flags.
            shared_batch_size: the batch that the choice is made for; 0 means the model's.
            binary_equal_between_batch: equal samples of a batch must give equal bits.
        """
        lib.LITE_set_network_algo_policy(self._network, int(policy))
        lib.LITE_set_network_algo_fastrun_config(self._network, shared_batch_size, binary_equal_between_batch)

    # ------------------------------------------------------------------------------------------------------ looking

    def enable_profile_performance(self, profile_file: Path) -> None:
        """Has the time of every operator written to a JSON file, anew at each `wait`."""
        lib.LITE_enable_profile_performance(self._network, encoded(profile_file))

    def io_txt_dump(self, txt_file: Path) -> None:
        """Has all values that a forward computes written to a file, as text."""
        lib.LITE_enable_io_txt_dump(self._network, encoded(txt_file))

    def io_bin_dump(self, bin_dir: Path) -> None:
        """Has all values that a forward computes written to files in a folder, which must exist."""
        lib.LITE_enable_io_bin_dump(self._network, encoded(bin_dir))

    def get_static_memory_alloc_info(self, log_dir: Path = "logs/test") -> None:
        """Writes how memory is planned to a folder, relative to the working directory; letters, digits and ``/`` only."""
        lib.LITE_get_static_memory_alloc_info(self._network, encoded(log_dir))

    def enable_global_layout_transform(self) -> None:
        """Asks for layouts to be chosen for the whole network, which mgec does when it compiles; before `load`."""
        lib.LITE_enable_global_layout_transform(self._network)

    def dump_layout_transform_model(self, model_file: Path) -> None:
        """Writes the model after `enable_global_layout_transform`; after `load`."""
        lib.LITE_dump_layout_transform_model(self._network, encoded(model_file))


def _network(network: LiteNetwork) -> LiteNetwork:
    if not isinstance(network, LiteNetwork):
        raise LiteTypeError(f"expected a LiteNetwork, not {type(network).__name__}")
    return network


def get_model_io_info(model_path: Any, config: Optional[LiteConfig] = None) -> LiteNetworkIO:
    """The inputs and outputs of a model, without loading it.

    Args:
        model_path: a path, a binary file object or bytes.
        config: needed for encrypted models.

    Returns:
        a LiteIO each, with name and layout.
    """
    config = LiteConfig() if config is None else config
    ios = _LiteNetworkIO()
    if isinstance(model_path, (str, os.PathLike)):
        path = encoded(model_path)
        lib.LITE_get_model_io_info_by_path(path, config, byref(ios))
    else:
        data = np.frombuffer(model_path.read() if hasattr(model_path, "read") else model_path, np.uint8)
        lib.LITE_get_model_io_info_by_memory(data.ctypes.data, data.nbytes, config, byref(ios))
    return LiteNetworkIO._from_library(ios)
