"""What a network is made with: options, configuration, and what is said about its inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ctypes import POINTER, Structure, c_char_p, c_int, c_size_t, pointer
from typing import Any, Optional, Union

from .base import LiteArgumentError, encoded
from .struct import LiteBackend, LiteDeviceType, LiteIOType
from .tensor import LiteLayout

_OPTIONS = (
    "weight_preprocess",
    "fuse_preprocess",
    "fake_next_exec",
    "var_sanity_check_first_run",
    "const_shape",
    "force_dynamic_alloc",
    "force_output_dynamic_alloc",
    "force_output_use_user_specified_memory",
    "no_profiling_on_shape_change",
    "jit_level",
    "comp_node_seq_record_level",
    "graph_opt_level",
    "async_exec_level",
    "enable_nchw44",
    "enable_nchw44_dot",
    "enable_nchw88",
    "enable_nhwcd4",
    "enable_nchw4",
    "enable_nchw32",
    "enable_nchw64",
)
_LEVELS = ("jit_level", "comp_node_seq_record_level", "graph_opt_level", "async_exec_level")


class LiteOptions(Structure):
    """How a network is executed. All are integers; those without a default below are 0.

    mgec settles at compile time what MegEngine settles at load: options that only choose a way to compute the same are accepted
    and change nothing (docs/PYTHON.md).

    Attributes:
        weight_preprocess: kernels' own preparation of weights ahead of time; mgec always does that.
        fuse_preprocess: fusion of conversions at the inputs; mgec always does that.
        fake_next_exec: the next forward prepares everything and computes nothing; then it is 0 again.
        var_sanity_check_first_run: checks during the first run; 1 by default.
        const_shape: shapes of inputs never change; a change is then an error.
        force_dynamic_alloc: memory of its own for every value, to find errors.
        force_output_dynamic_alloc: outputs show the network's own memory, valid until the next forward.
        force_output_use_user_specified_memory: outputs are written to the memory that was shared with the output tensors.
        no_profiling_on_shape_change, jit_level, enable_nchw44, enable_nchw44_dot, enable_nchw88, enable_nhwcd4, enable_nchw4,
            enable_nchw32, enable_nchw64: matters of the compiler.
        comp_node_seq_record_level: 1 or 2: record the first run, then replay; also called `record_level`.
        graph_opt_level: 2 by default; a matter of the compiler.
        async_exec_level: 1 by default; 4 and above: execute on a thread of its own.
    """

    _fields_ = [(name, c_int) for name in _OPTIONS]

    weight_preprocess: int
    fuse_preprocess: int
    fake_next_exec: int
    var_sanity_check_first_run: int
    const_shape: int
    force_dynamic_alloc: int
    force_output_dynamic_alloc: int
    force_output_use_user_specified_memory: int
    no_profiling_on_shape_change: int
    jit_level: int
    comp_node_seq_record_level: int
    graph_opt_level: int
    async_exec_level: int
    enable_nchw44: int
    enable_nchw44_dot: int
    enable_nchw88: int
    enable_nhwcd4: int
    enable_nchw4: int
    enable_nchw32: int
    enable_nchw64: int

    def __init__(self) -> None:
        super().__init__()
        self.var_sanity_check_first_run = 1
        self.graph_opt_level = 2
        self.async_exec_level = 1

    @property
    def record_level(self) -> int:
        """Another name of `comp_node_seq_record_level`, the one that MegEngine's documentation uses."""
        return self.comp_node_seq_record_level

    @record_level.setter
    def record_level(self, level: int) -> None:
        self.comp_node_seq_record_level = level

    def __repr__(self) -> str:
        values = ((name, getattr(self, name)) for name in _OPTIONS)
        return repr({name: value if name in _LEVELS else bool(value) for name, value in values})


class LiteConfig(Structure):
    """Configuration of a network.

    Args:
        device_type: where it runs.
        option: its options, copied; the defaults without it.

    Attributes:
        has_compression: the weights in the file are compressed.
        device_id: the number of the device.
        backend: LITE_DEFAULT.
        bare_model_cryption_name: how a model file without a packed header is encrypted: "AES_default", "RC4_default",
            "SIMPLE_FAST_RC4_default" or a registered name; "" means it is not. Takes str and bytes, gives str.
        options: LiteOptions.
        auto_optimize_inference: let the library choose layouts; mgec does when it compiles.
        discrete_input_name: an input that is given as several tensors. Takes str and bytes, gives bytes.
    """

    _fields_ = [
        ("has_compression", c_int),
        ("device_id", c_int),
        ("device_type", c_int),
        ("backend", c_int),
        ("_bare_model_cryption_name", c_char_p),
        ("options", LiteOptions),
        ("auto_optimize_inference", c_int),
        ("_discrete_input_name", c_char_p),
    ]

    has_compression: int
    device_id: int
    device_type: int
    backend: int
    options: LiteOptions
    auto_optimize_inference: int

    def __init__(self, device_type: LiteDeviceType = LiteDeviceType.LITE_CPU, option: Optional[LiteOptions] = None) -> None:
        super().__init__()
        self.device_type = device_type
        self.options = LiteOptions() if option is None else option
        self.backend = LiteBackend.LITE_DEFAULT
        self.use_loader_dynamic_param = 0
        self.bare_model_cryption_name = ""
        self.discrete_input_name = b""

    @property
    def bare_model_cryption_name(self) -> str:
        name: Optional[bytes] = self._bare_model_cryption_name
        return (name or b"").decode("utf-8")

    @bare_model_cryption_name.setter
    def bare_model_cryption_name(self, name: Union[str, bytes]) -> None:
        self._bare_model_cryption_name = encoded(name)

    @property
    def discrete_input_name(self) -> bytes:
        name: Optional[bytes] = self._discrete_input_name
        return name or b""

    @discrete_input_name.setter
    def discrete_input_name(self, name: Union[str, bytes]) -> None:
        self._discrete_input_name = encoded(name)

    def __repr__(self) -> str:
        return repr(
            {
                "has_compression": bool(self.has_compression),
                "device_id": self.device_id,
                "device_type": LiteDeviceType(self.device_type),
                "backend": LiteBackend(self.backend),
                "bare_model_cryption_name": self.bare_model_cryption_name,
                "options": self.options,
                "auto_optimize_inference": self.auto_optimize_inference,
                "discrete_input_name": self.discrete_input_name,
            }
        )


class LiteExtraConfig(Structure):
    """Further configuration, for `LiteNetwork.extra_configure`.

    Args:
        disable_model_config: ignore all configuration that is packed into the model file.
    """

    _fields_ = [("disable_configure_by_model_info", c_int)]

    disable_configure_by_model_info: int

    def __init__(self, disable_model_config: bool = False) -> None:
        super().__init__()
        self.disable_configure_by_model_info = disable_model_config

    def __repr__(self) -> str:
        return repr({"disable_configure_by_model_info": bool(self.disable_configure_by_model_info)})


class LiteIO(Structure):
    """What is said about one input or output of a network.

    Args:
        name: str or bytes.
        is_host: it lies on the host; else on the network's device.
        io_type: LITE_IO_SHAPE: only the shape of this output is wanted.
        layout: of an input: the shape that the network runs first. Of an output: what is checked (a warning says so).

    Equal if all of that is; hashed by name, so it can be a key of dictionaries.
    """

    _fields_ = [("_name", c_char_p), ("is_host", c_int), ("io_type", c_int), ("config_layout", LiteLayout)]

    is_host: int
    io_type: int
    config_layout: LiteLayout

    def __init__(
        self,
        name: Union[str, bytes],
        is_host: bool = True,
        io_type: LiteIOType = LiteIOType.LITE_IO_VALUE,
        layout: Optional[LiteLayout] = None,
    ) -> None:
        super().__init__()
        self.name = name
        self.is_host = is_host
        self.io_type = io_type
        self.config_layout = LiteLayout() if layout is None else layout

    @property
    def name(self) -> str:
        """The name in the model."""
        name: Optional[bytes] = self._name
        return (name or b"").decode("utf-8")

    @name.setter
    def name(self, name: Union[str, bytes]) -> None:
        self._name = encoded(name)

    def copy(self) -> LiteIO:
        """An independent LiteIO with the same values, the name's memory included."""
        return LiteIO(self.name, bool(self.is_host), LiteIOType(self.io_type), self.config_layout.copy())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LiteIO):
            return NotImplemented
        mine, others = ((io.name, bool(io.is_host), io.io_type, io.config_layout) for io in (self, other))
        return mine == others

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return repr(
            {
                "name": self.name,
                "is_host": bool(self.is_host),
                "io_type": LiteIOType(self.io_type),
                "config_layout": self.config_layout,
            }
        )


class _LiteNetworkIO(Structure):
    _fields_ = [
        ("inputs", POINTER(LiteIO)),
        ("outputs", POINTER(LiteIO)),
        ("input_size", c_size_t),
        ("output_size", c_size_t),
    ]

    inputs: Any
    outputs: Any
    input_size: int
    output_size: int


#: A LiteIO, or the list of arguments that makes one.
IOLike = Union[LiteIO, Sequence[Any]]


class LiteNetworkIO:
    """What is said about the inputs and outputs of a network; what is not mentioned has the defaults of LiteIO.

    Args:
        inputs, outputs: each element a LiteIO or a list of its arguments.
    """

    def __init__(self, inputs: Optional[Iterable[IOLike]] = None, outputs: Optional[Iterable[IOLike]] = None) -> None:
        self.inputs: list[LiteIO] = [_made_io(each) for each in inputs or ()]
        self.outputs: list[LiteIO] = [_made_io(each) for each in outputs or ()]

    def add_input(
        self,
        obj: Union[LiteIO, str, bytes],
        is_host: bool = True,
        io_type: LiteIOType = LiteIOType.LITE_IO_VALUE,
        layout: Optional[LiteLayout] = None,
    ) -> None:
        """Adds an input: a LiteIO, or the arguments that make one."""
        self.inputs.append(obj if isinstance(obj, LiteIO) else LiteIO(obj, is_host, io_type, layout))

    def add_output(
        self,
        obj: Union[LiteIO, str, bytes],
        is_host: bool = True,
        io_type: LiteIOType = LiteIOType.LITE_IO_VALUE,
        layout: Optional[LiteLayout] = None,
    ) -> None:
        """Adds an output: a LiteIO, or the arguments that make one."""
        self.outputs.append(obj if isinstance(obj, LiteIO) else LiteIO(obj, is_host, io_type, layout))

    def _create_network_io(self) -> _LiteNetworkIO:
        """The form that the library takes; valid while this object is not changed."""
        self.c_inputs = (LiteIO * max(len(self.inputs), 1))(*self.inputs)
        self.c_outputs = (LiteIO * max(len(self.outputs), 1))(*self.outputs)
        return _LiteNetworkIO(pointer(self.c_inputs[0]), pointer(self.c_outputs[0]), len(self.inputs), len(self.outputs))

    @classmethod
    def _from_library(cls, ios: _LiteNetworkIO) -> LiteNetworkIO:
        """A copy that needs nothing of the library's memory."""
        return cls(
            [ios.inputs[index].copy() for index in range(ios.input_size)],
            [ios.outputs[index].copy() for index in range(ios.output_size)],
        )

    def __repr__(self) -> str:
        return repr({"inputs": self.inputs, "outputs": self.outputs})


def _made_io(description: IOLike) -> LiteIO:
    if isinstance(description, LiteIO):
        return description
    if isinstance(description, (list, tuple)):
        return LiteIO(*description)
    raise LiteArgumentError("the param to construct LiteNetworkIO must be list of the LiteIO member or the LiteIO.")
