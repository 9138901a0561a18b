"""``python -m mgec ...`` is ``mgec ...``: the program that `mgec.compiler()` finds takes this process over."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from ._tool import CompileError, compiler


def main() -> NoReturn:
    """Runs the program with the arguments of this process."""
    try:
        program = compiler()
    except CompileError as error:
        sys.exit(f"mgec: error: {error}")
    os.execv(program, ["mgec", *sys.argv[1:]])


if __name__ == "__main__":
    main()
