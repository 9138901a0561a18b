#!/usr/bin/env python3
"""Makes KernelFiles.inc: the kernel headers as C++ string literals.

    embed.py OUT NAME=FILE ...
"""
import sys


def main():
    with open(sys.argv[1], "w") as out:
        for pair in sys.argv[2:]:
            name, path = pair.split("=", 1)
            text = open(path).read()
            # String literals are limited to 64 KiB in the standard: pieces of 100 lines.
            lines = text.splitlines(keepends=True)
            out.write('{"%s",\n' % name)
            for i in range(0, max(len(lines), 1), 100):
                out.write('R"mgec(%s)mgec"\n' % "".join(lines[i:i + 100]))
            out.write("},\n")


if __name__ == "__main__":
    main()
