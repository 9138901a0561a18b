#!/usr/bin/env python3
"""A compilation that a signal ends leaves no files and no compilers behind, and ends by that signal.

    interrupt.py --mgec build/bin/mgec MODEL

A script that never ends stands in for the C++ compiler.
"""
import argparse
import os
import signal
import subprocess
import time

from mgectest import environment, fail, say, scratch


def wait_for(what, condition):
    deadline = time.time() + 60
    while not condition():
        if time.time() > deadline:
            fail("not after a minute: " + what)
        time.sleep(0.01)


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"  # somebody else has to take note of its end
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mgec", required=True)
    parser.add_argument("model")
    args = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with scratch() as folder:
            names = {name: os.path.join(folder, name) for name in ("pids", "temporary", "out", "cache")}
            os.mkdir(names["temporary"]), os.mkdir(names["out"])
            wrapper = os.path.join(folder, "slow-cxx")
            with open(wrapper, "w") as file:
                file.write("#!/bin/sh\nsleep 600 &\necho $$ $! >>'%s'\nwait\n" % names["pids"])
            os.chmod(wrapper, 0o755)
            env = environment(args.mgec, MGEC_CXX=wrapper, TMPDIR=names["temporary"], MGEC_CACHE_DIR=names["cache"])
            for command in (["compile", args.model, "-o", os.path.join(names["out"], "net.so")], ["compile", args.model, "--cached"]):
                open(names["pids"], "w").close()
                process = subprocess.Popen([args.mgec] + command + ["-j", "2"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                           preexec_fn=lambda: [signal.signal(n, signal.SIG_DFL) for n in (signal.SIGINT, signal.SIGHUP)])
                wait_for("two compilers run", lambda: open(names["pids"]).read().count("\n") >= 2)
                process.send_signal(number)
                status = process.wait(60)
                if status != -number:
                    fail("%s: exit status %d, want %d" % (number.name, status, -number))
                pids = [int(word) for word in open(names["pids"]).read().split()]
                wait_for("the compilers are gone", lambda: not any(map(alive, pids)))
                for name in ("temporary", "out", "cache"):
                    if os.path.isdir(names[name]) and os.listdir(names[name]):
                        fail("%s: left in %s: %s" % (number.name, name, os.listdir(names[name])))
        say("%s leaves nothing" % number.name)


if __name__ == "__main__":
    main()
