"""`mgec.compile`, `mgec.info` and `mgec.explain`: the compiler's commands as functions."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import platform
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from . import _tool
from ._tool import CompileError, CompileWarning, Progress

if TYPE_CHECKING:
    import numpy.typing as npt

    from .lite import LiteConfig, LiteNetwork, LiteNetworkIO

Path = Union[str, "os.PathLike[str]"]
#: Extents of an input: [1, 3, 224, 224], ("N", 3, 224, 224), or as text "Nx3x224x224".
Shape = Union[str, Sequence[Union[int, str]]]
Shapes = Mapping[str, Shape]


class CompiledModel:
    """What `compile` made. It is a path-like object: `LiteNetwork.load` takes it.

    Attributes:
        path: the library, archive or folder.
        report: the compiler's lines about memory and time.
    """

    def __init__(self, path: str, report: str = "") -> None:
        self.path = path
        self.report = report
        self._network: Optional[LiteNetwork] = None

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"CompiledModel({self.path!r})"

    def load(self, config: Optional[LiteConfig] = None, io: Optional[LiteNetworkIO] = None, *, threads: int = 1) -> LiteNetwork:
        """A new network that runs the model.

        Args:
            config, io: as for LiteNetwork.
            threads: how many threads compute.

        Raises:
            CompileError: this is no shared library.
            LiteError: the runtime cannot load it.
        """
        if not self.path.endswith(".so"):
            raise CompileError(f"{self.path} is not a shared library: compile to a name that ends in .so to load it")
        from .lite import LiteNetwork

        network = LiteNetwork(config, io)
        if threads != 1:
            network.threads_number = threads
        network.load(self.path)
        return network

    def run(self, inputs: Mapping[str, npt.ArrayLike]) -> dict[str, npt.NDArray[Any]]:
        """Runs the model once.

        Args:
            inputs: an array for each input, by name. Arrays of another element type are refused; Python numbers are converted.

        Returns:
            the outputs by name, copies. The network is kept for the next call: one thread at a time may call this.
        """
        import numpy as np

        if self._network is None:
            self._network = self.load()
        network = self._network
        for name, value in inputs.items():
            tensor = network.get_io_tensor(name)
            array = value if isinstance(value, (np.ndarray, np.generic)) else np.asarray(value, tensor.layout.dtype)
            tensor.set_data_by_copy(np.ascontiguousarray(array))
        network.forward()
        network.wait()
        return {name: network.get_io_tensor(name).to_numpy() for name in network.get_all_output_name() or []}


def compile(
    model: Path,
    output: Optional[Path] = None,
    *,
    target: Union[str, Iterable[str]] = "native",
    shapes: Union[Shapes, Sequence[Shapes], None] = None,
    name: Optional[str] = None,
    jobs: Optional[int] = None,
    cxx: Optional[Path] = None,
    fusion_level: Optional[int] = None,
    deny_reference: bool = False,
    options: Sequence[str] = (),
    progress: Progress = None,
) -> CompiledModel:
    """Compiles a model.

    Args:
        model: a ``.mge`` file.
        output: ``FILE.so``, ``FILE.a``, or a folder for the sources. Without it a library is made in the cache
            (MGEC_CACHE_DIR, else ``~/.cache/mgec``), and found there as long as model, options and compiler are the same.
        target: instruction sets, one or several: "native", "generic", "x86-64-v3", "x86-64-v4", ...
        shapes: input name to extents; a letter is a size known at run time: ``{"data": "Nx3x224x224"}``. A list of such
            dictionaries compiles several variants. By default the shapes in the file.
        name: name of the artifact; by default the file's.
        jobs: how many C++ compilers run at once; by default one a core.
        cxx: the C++ compiler.
        fusion_level: 0 none, 1 element-wise chains, 2 everything.
        deny_reference: fail where only a slow reference kernel can run a part of the model.
        options: further options of ``mgec compile``.
        progress: True shows the stages on standard error, a function is called with each, False does neither; by default they
            are shown on a terminal.

    Returns:
        a CompiledModel: load it with its `load`, or give it to `LiteNetwork.load`.

    Raises:
        CompileError: with the compiler's message; nothing is written then.

    Warns:
        CompileWarning: what the compiler warns about.
    """
    path = os.fspath(model)
    arguments = ["compile", path, *_compile_options(target, shapes)]
    for option, value in (("--name", name), ("--jobs", jobs), ("--cxx", cxx), ("--fusion-level", fusion_level)):
        if value is not None:
            arguments += [option, os.fspath(value) if isinstance(value, os.PathLike) else str(value)]
    if deny_reference:
        arguments.append("--deny-reference")
    arguments += options
    if output is not None:
        return CompiledModel(os.fspath(output), _compiled([*arguments, "-o", os.fspath(output)], progress))
    cached = _cached(path, arguments)
    if cached.exists():
        return CompiledModel(str(cached))
    cached.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".compiling-", dir=cached.parent) as folder:
        fresh = pathlib.Path(folder) / cached.name
        report = _compiled([*arguments, *([] if name else ["--name", _stem(path)]), "-o", str(fresh)], progress)
        fresh.replace(cached)  # at once: another process sees all of it or nothing
    return CompiledModel(str(cached), report.replace(str(fresh), str(cached)))


def info(model: Path) -> dict[str, Any]:
    """What is in a model: inputs, outputs, operators with counts, parameters, MACs; as ``mgec info --json`` has it.

    Raises:
        CompileError: not a model.
    """
    return dict(json.loads(_tool.query(["info", os.fspath(model), "--json"])))


def explain(
    model: Path,
    *,
    target: Union[str, Iterable[str]] = "native",
    shapes: Union[Shapes, Sequence[Shapes], None] = None,
    options: Sequence[str] = (),
) -> Any:
    """Which kernel runs each part of a model, and why no faster one can; as ``mgec explain --json`` has it.

    Args:
        model, target, shapes: as for `compile`.
        options: further options of ``mgec explain``.

    Raises:
        CompileError: not a model, or one that cannot be compiled.
    """
    return json.loads(_tool.query(["explain", os.fspath(model), "--json", *_compile_options(target, shapes), *options]))


def _compile_options(target: Union[str, Iterable[str]], shapes: Union[Shapes, Sequence[Shapes], None]) -> list[str]:
    arguments = ["--target", target if isinstance(target, str) else ",".join(target)]
    for variant in [shapes] if isinstance(shapes, Mapping) else shapes or []:
        for name, shape in variant.items():
            extents = shape if isinstance(shape, str) else "x".join(str(extent) for extent in shape)
            arguments += ["--shape", f"{name}={extents}"]
    return arguments


def _compiled(arguments: Sequence[str], progress: Progress) -> str:
    report = []
    for line in _tool.run(arguments, progress):
        kind, mark, text = line.partition("mgec: warning: ")
        if mark and not kind:
            warnings.warn(text, CompileWarning, stacklevel=3)
        else:
            report.append(line)
    return "\n".join(report)


def _stem(path: str) -> str:
    return pathlib.Path(path).stem or "model"


def _cached(path: str, arguments: Sequence[str]) -> pathlib.Path:
    """Where the cache has the library: named after all that it depends on."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            digest.update(file.read())
    except OSError as error:
        raise CompileError(f"cannot open {path}: {error.strerror}") from None
    program = _tool.compiler()
    status = os.stat(program)
    processor = platform.machine()
    if "native" in "".join(arguments):
        try:
            with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
                processor += "".join(sorted({line for line in file if line.startswith(("flags", "Features", "model name"))}))
        except OSError:
            processor += platform.node()
    rest = [
        os.path.realpath(program),
        status.st_size,
        status.st_mtime_ns,
        processor,
        *arguments[2:],
        os.environ.get("MGEC_CXX"),
    ]
    digest.update(repr(rest).encode())
    home = os.environ.get("MGEC_CACHE_DIR")
    if home:
        folder = pathlib.Path(home)
    else:
        folder = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "mgec"
    return folder / "python" / f"{_stem(path)}-{digest.hexdigest()[:32]}.so"
