#!/usr/bin/env python3
"""A C++ compiler that makes a mistake: the second relu of the generated code becomes nothing.

    wrong_cxx.py g++ ARGUMENTS...

For `--cxx`: code that is wrong where its sources are right, for the tests of what finds it.
"""
import os
import re
import sys


def spoil(path):
    with open(path) as file:
        text = file.read()
    calls = list(re.finditer(r"elemwise::relu\((\w+)\)", text))
    if len(calls) > 1:
        with open(path, "w") as file:
            file.write(text[:calls[1].start()] + calls[1].group(1) + text[calls[1].end():])


def main():
    for word in sys.argv[2:]:
        if os.path.basename(word).startswith("code_") and word.endswith(".cpp"):
            spoil(word)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
