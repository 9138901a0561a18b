#!/usr/bin/env python3
"""Builds the driver for a machine: build_program.py FOLDER COMPILER [SYSTEM]

SYSTEM, as aarch64, makes it a cross build. What other checks of this folder run is FOLDER/driver.
"""
import sys

from mgectest import say
from programs import build_program

definitions = {"CMAKE_SYSTEM_NAME": "Linux", "CMAKE_SYSTEM_PROCESSOR": sys.argv[3]} if len(sys.argv) > 3 else {}
say(build_program(sys.argv[1], sys.argv[2], **definitions))
