#!/usr/bin/env python3
"""Encrypted, packed, sealed and signed: what the commands of mgec make, programs of mgec read, and nobody else.

    locked.py --mgec build/bin/mgec WHAT MODEL INPUT=FILE.npy

    ciphers   encrypt and decrypt, and running the result
    pack      pack and unpack
    sealed    weights in a library that only the key opens, and that the cache never holds
    signed    a trusted key refuses what is not signed with it
"""
import argparse
import os

import numpy as np

from mgectest import attempt, environment, fail, mgec, one_error, outputs_of, run, scratch

METHODS = ("AES_default", "RC4_default", "SIMPLE_FAST_RC4_default", "MGEC_AES_256_GCM")


class Place:
    def __init__(self, args, folder):
        self.args = args
        self.folder = folder
        self.plain = self.outputs(args.model)
        self.number = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def key(self, name):
        with open(self.path(name), "wb") as file:
            file.write(os.urandom(32))
        return self.path(name)

    def mgec(self, *arguments):
        return mgec(self.args.mgec, *arguments)

    def compile(self, output, *arguments):
        """A library for exactly the input."""
        name, file = self.args.input.split("=")
        shape = "x".join(map(str, np.load(file).shape))
        self.mgec("compile", self.args.model, "-o", output, "--shape", "%s=%s" % (name, shape), "--quiet", *arguments)

    def refused(self, says, *arguments, **changes):
        return one_error(attempt([self.args.mgec] + list(arguments), environment(self.args.mgec, **changes)), *says)

    def outputs(self, model, *arguments, **changes):
        out = os.path.join(self.folder, "out")
        mgec(self.args.mgec, "run", model, "--input", self.args.input, "--output-dir", out, "--quiet", *arguments, **changes)
        return outputs_of(out)

    def same(self, model, *arguments, **changes):
        for number, (got, want) in enumerate(zip(self.outputs(model, *arguments, **changes), self.plain)):
            if not np.array_equal(got, want):
                fail("%s: output %d differs" % (model, number))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def flip(path, to, at):
    data = bytearray(read(path))
    data[at] ^= 1
    with open(to, "wb") as file:
        file.write(data)


def ciphers(place):
    key, other = place.key("key"), place.key("other")
    model = read(place.args.model)
    for method in METHODS:
        locked, opened = place.path(method), place.path(method + ".opened")
        place.mgec("encrypt", place.args.model, "-o", locked, "--method", method, "--key-file", key)
        if model[:64] in read(locked):
            fail("%s leaves the model as it is" % method)
        place.mgec("decrypt", locked, "-o", opened, "--method", method, "--key-file", key)
        if read(opened)[:len(model)] != model:
            fail("%s: another file comes back" % method)
        place.same(locked, "--decrypt", method, "--key-file", key)
        place.mgec("info", locked, "--decrypt", method, "--key-file", key)
        place.mgec("compile", locked, "-o", place.path("sources"), "--decrypt", method, "--key-file", key, "--quiet")
        place.refused([locked], "info", locked, "--decrypt", method, "--key-file", other)
        place.refused([locked], "decrypt", locked, "-o", place.path("none"), "--method", method, "--key-file", other)
        if os.path.exists(place.path("none")):
            fail("a file is left of what could not be decrypted")
    place.refused(["needs a key"], "encrypt", place.args.model, "-o", place.path("none"), "--method", "MGEC_AES_256_GCM")
    place.refused(["no encryption method ROT13", "AES_default"], "encrypt", place.args.model, "-o", place.path("none"),
                  "--method", "ROT13")
    place.refused(["hexadecimal"], "info", place.args.model, "--key", "AES_default=xyz")
    place.refused(["--decrypt"], "info", place.path("AES_default"))


def pack(place):
    info, bad, packed = place.path("info.json"), place.path("bad.json"), place.path("packed.mge")
    with open(info, "w") as file:
        file.write('{"valid": true, "name": "net", "version": "1.0.0", "extra_info": "for the program"}')
    with open(bad, "w") as file:
        file.write('{"valid": true, "name": "net", "version": "1.0.0", "device": {"type": "TPU"}}')
    for extra in ([], ["--encrypt", "RC4_default", "--encrypt-info", "AES_default"]):
        place.mgec("pack", place.args.model, "-o", packed, "--info", info, *extra)
        place.same(packed)
        place.mgec("unpack", packed, "-o", place.path("model"), "--info", place.path("out.json"))
        if read(place.path("model"))[:os.path.getsize(place.args.model)] != read(place.args.model):
            fail("another model comes back")
        if not read(place.path("out.json")).startswith(read(info)):
            fail("other information comes back")
    place.refused([bad, "LITE not support device type of TPU."], "pack", place.args.model, "-o", packed, "--info", bad)
    place.refused(["no packed model"], "unpack", place.args.model)


def sealed(place):
    key, other, library = place.key("key"), place.key("other"), place.path("sealed.so")
    plain = place.path("plain.so")
    place.compile(plain)
    place.compile(library, "--encrypt-weights", "--key-file", key, "--key-id", "k1")
    place.same(library, "--key-file", key)
    place.same(library, "--key-file", "MGEC_AES_256_GCM:k1=" + key)
    place.refused([library, "'k1'", "register it"], "run", library, "--input", place.args.input)
    place.refused([library, "'k1'", "not the one"], "run", library, "--input", place.args.input, "--key-file", other)
    place.refused(["32 bytes"], "compile", place.args.model, "-o", library, "--encrypt-weights")
    # A stretch of the weights, which the plain library has and the sealed one has not.
    data = read(plain)
    at = data.index(b"mgec weights 1 ") + 64
    if data[at:at + 64] in read(library):
        fail("the sealed library holds plain weights")
    # What is compiled on the fly from an encrypted model is in no cache.
    locked, cache = place.path("locked"), place.path("cache")
    place.mgec("encrypt", place.args.model, "-o", locked, "--method", "AES_default")
    place.same(locked, "--decrypt", "AES_default", MGEC_CACHE_DIR=cache)
    if os.path.exists(cache) and os.listdir(cache):
        fail("the cache holds what came from an encrypted model")


def signed(place):
    for name in ("mine", "other"):
        run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", place.path(name + ".pem")])
        run(["openssl", "pkey", "-in", place.path(name + ".pem"), "-pubout", "-out", place.path(name + ".pub")])
    library = place.path("net.so")
    command = ["run", library, "--input", place.args.input]
    trusted = {"MGEC_TRUSTED_KEY": place.path("mine.pub")}
    place.compile(library)
    place.refused([library, "no signature"], *command, **trusted)
    place.mgec("sign", library, "--key", place.path("other.pem"))
    place.refused([library, "the trusted one is"], *command, **trusted)
    place.compile(library, "--sign", place.path("mine.pem"))
    place.same(library, **trusted)
    signature, good = read(library + ".sig"), read(library)
    for at in (16, len(good) // 3, len(good) // 2, len(good) - 1):
        flip(library, library, at)
        place.refused([library, "was changed"], *command, **trusted)
        flip(library, library, at)
    flip(library + ".sig", library + ".sig", len(signature) - 1)
    place.refused([library, "was changed"], *command, **trusted)
    place.refused([place.path("mine.pub"), "no private key"], "sign", library, "--key", place.path("mine.pub"))
    place.refused(["library"], "compile", place.args.model, "-o", place.path("folder"), "--sign", place.path("mine.pem"))
    # Nobody would look at the signature of anything else.
    with open(place.path("net.a"), "wb") as file:
        file.write(b"!<arch>\n")
    for other in (place.path("net.a"), os.path.dirname(library)):
        place.refused([other, "only a shared library"], "sign", other, "--key", place.path("mine.pem"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("what", choices=("ciphers", "pack", "sealed", "signed"))
    parser.add_argument("model")
    parser.add_argument("input")
    args = parser.parse_args()
    with scratch() as folder:
        globals()[args.what](Place(args, folder))


if __name__ == "__main__":
    main()
