#!/usr/bin/env python3
"""Checks the size of a library without what `strip` takes away.

    size.py --strip strip --most BYTES LIBRARY
"""
import argparse
import os
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--strip", required=True)
parser.add_argument("--most", type=int, required=True)
parser.add_argument("library")
args = parser.parse_args()
with tempfile.TemporaryDirectory() as folder:
    stripped = os.path.join(folder, "stripped.so")
    subprocess.run([args.strip, "-R", ".comment", args.library, "-o", stripped], check=True)
    size = os.path.getsize(stripped)
print("%s: %d bytes stripped, at most %d" % (os.path.basename(args.library), size, args.most))
sys.exit(size > args.most)
