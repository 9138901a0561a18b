#!/usr/bin/env python3
"""One mistake of a user, and what mgec says about it: a case of cases.json.

    message.py --mgec build/bin/mgec --artifact FILE.so NAME      NAME "all": every case

A case has a `command` for mgec, the exit `status` (1 unless given: one message "mgec: error: ..." on standard error; 2: wrong
usage, said in the same form), fragments that the message `says`, words that it `never` says, changes of the `environment` (null:
unset), and the file that `stdout` is. `slow` cases compile C++ and are not in the fast tier.

In all of them, {digits} is the model of examples/digits, {artifact} a library of it that was compiled for batches 2 and 4, {data}
the folder tests/data, {scratch} an empty folder, {text} a text file, {nothing} an empty file, {library} a shared library that
mgec did not make, {f32:2x1x8x8} an array of that type and shape, {cut:...} one that lacks its end.

Promised besides: no partial output is left where there was none.
"""
import argparse
import json
import os
import re
import struct
import sys
import _ctypes

from mgectest import DIGITS, TESTS, attempt, environment, fail, one_error, say, scratch

# numpy's names, and bytes an element.
TYPES = {"f32": ("<f4", 4), "cut": ("<f4", 4), "f64": ("<f8", 8), "u8": ("|u1", 1), "i32": ("<i4", 4)}


class Places:
    """What stands in braces."""

    def __init__(self, folder, artifact):
        self.folder = folder
        self.names = {"digits": os.path.join(DIGITS, "digits.mge"), "artifact": artifact, "data": os.path.join(TESTS, "data"),
                      "scratch": os.path.join(folder, "scratch"), "text": os.path.join(folder, "text"),
                      "nothing": os.path.join(folder, "nothing"), "library": _ctypes.__file__}
        os.mkdir(self.names["scratch"])
        with open(self.names["text"], "w") as file:
            file.write("A text that is no model and no array.\n" * 4)
        open(self.names["nothing"], "w").close()

    def array(self, kind, dims):
        """A .npy file of zeros (format version 1: magic, header length, a header padded to 64 bytes, elements)."""
        path = os.path.join(self.folder, "%s-%s.npy" % (kind, dims))
        (name, size), shape = TYPES[kind], [int(d) for d in dims.split("x")]
        for extent in shape:
            size *= extent
        header = "{'descr': '%s', 'fortran_order': False, 'shape': (%s,)}" % (name, ", ".join(map(str, shape)))
        header += " " * (63 - (10 + len(header)) % 64) + "\n"
        with open(path, "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
            file.write(bytes(size - 5 if kind == "cut" else size))
        return path

    def fill(self, text):
        if text is None:
            return None
        # Shapes in messages stand in braces too: only known words are replaced.
        text = re.sub(r"\{(f32|f64|u8|i32|cut):([0-9x]+)\}", lambda m: self.array(m[1], m[2]), text)
        return re.sub(r"\{([a-z]+)\}", lambda m: self.names[m[1]], text)


def check(mgec, artifact, case):
    with scratch() as folder:
        places = Places(folder, artifact)
        changes = {name: places.fill(value) for name, value in case.get("environment", {}).items()}
        command = [mgec] + [places.fill(word) for word in case["command"]]
        if "stdout" in case:
            command = ["sh", "-c", 'exec "$@" >' + case["stdout"], "sh"] + command
        result = attempt(command, environment(mgec, **changes))
        says = [places.fill(fragment) for fragment in case["says"]]
        if case.get("status", 1) == 1:
            message = one_error(result, *says)
        else:
            message = result.err
            if not message.startswith("mgec: error: "):
                fail("want a message that starts with 'mgec: error: '\n" + result.describe())
            if result.status != case["status"]:
                fail("exit status %d, want %d\n%s" % (result.status, case["status"], result.describe()))
            for fragment in says:
                if fragment not in message:
                    fail("the message lacks %r\n%s" % (fragment, result.describe()))
        for word in case.get("never", []):
            if word in message:
                fail("the message should not say %r\n%s" % (word, result.describe()))
        left = [name for name in os.listdir(places.names["scratch"]) if name != "cache"]
        if left:
            fail("after the error these were left: %s" % left)
        say(message.strip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("--artifact", required=True)
    parser.add_argument("name")
    args = parser.parse_args()
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json")) as file:
        cases = json.load(file)
    chosen = [case for case in cases if args.name in (case["name"], "all")]
    if not chosen:
        fail("there is no case " + args.name)
    bad = 0
    for case in chosen:
        if len(chosen) > 1:
            say("--- " + case["name"])
        try:
            check(args.mgec, args.artifact, case)
        except SystemExit:
            bad += 1
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
