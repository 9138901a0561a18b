"""The program `mgec`: where it is found, and how it is run with its progress shown and its errors raised."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Optional, Union

#: Whether progress is shown on standard error, or what it is given to; None: if standard error is a terminal.
Progress = Union[bool, Callable[[str], None], None]

_STYLES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class CompileError(RuntimeError):
    """The compiler refused or failed; the text is its own message.

    Attributes:
        returncode: exit status of the program: 1 for a message about the model, 2 for wrong options, negative for a
            signal; None if it could not be started.
    """

    def __init__(self, message: str, returncode: Optional[int] = None) -> None:
        super().__init__(message)
        self.returncode = returncode


class CompileWarning(UserWarning):
    """What the compiler warns about, such as parts that only slow reference kernels can run."""


def compiler() -> str:
    """The path of the program: MGEC_COMPILER, beside the package or the library, ``build/bin`` of the checkout, or on PATH.

    Raises:
        CompileError: there is none.
    """
    named = os.environ.get("MGEC_COMPILER")
    if named:
        found = shutil.which(named)
        if found is None:
            raise CompileError(f"MGEC_COMPILER names {named}, which is no program")
        return found
    package = pathlib.Path(__file__).resolve().parent
    folders = [package / "bin", package]
    for variable in ("LITE_LIB_PATH", "MGEC_LITE_LIBRARY"):
        library = os.environ.get(variable)
        if library:
            folder = pathlib.Path(library).resolve().parent
            folders += [folder, folder.parent / "bin"]
    folders.append(package.parent.parent / "build" / "bin")
    for folder in folders:
        found = shutil.which(str(folder / "mgec"))
        if found is not None:
            return found
    found = shutil.which("mgec")
    if found is None:
        raise CompileError("there is no program `mgec`: build it (scripts/build.sh), put it on PATH, or set MGEC_COMPILER")
    return found


def query(arguments: Sequence[str]) -> str:
    """Runs the compiler and returns what it printed."""
    done = subprocess.run(
        [compiler(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise _error(done.returncode, done.stderr)
    return done.stdout


def run(arguments: Sequence[str], progress: Progress) -> list[str]:
    """Runs the compiler, shows its progress, and returns the other lines that it wrote to standard error."""
    if progress is None:
        progress = sys.stderr is not None and sys.stderr.isatty()
    show = progress if callable(progress) else _show if progress else None
    command = [compiler(), *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "MGEC_PROGRESS"}
    if show is not None:
        environment["MGEC_PROGRESS"] = "lines"
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment,
            text=True, errors="replace",
        )
    except OSError as error:
        raise CompileError(f"{command[0]} cannot be started: {error.strerror}") from None
    kept = []
    try:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                if show is not None and line.startswith("compiling "):
                    show(line.rstrip())
                elif line.strip():
                    kept.append(line.rstrip())
        returncode = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        if show is _show:
            _show("")
    if returncode:
        raise _error(returncode, "\n".join(kept))
    return kept


def _show(text: str) -> None:
    sys.stderr.write(f"\r\033[K{text} ..." if text else "\r\033[K")
    sys.stderr.flush()


def _error(returncode: int, text: str) -> CompileError:
    text = _STYLES.sub("", text).strip()
    head, mark, message = text.partition("mgec: error: ")
    if mark:
        return CompileError(message, returncode)
    if returncode < 0:
        return CompileError(f"mgec was ended by signal {-returncode}" + (f": {text}" if text else ""), returncode)
    return CompileError(head or f"mgec ended with status {returncode}", returncode)
