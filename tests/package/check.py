#!/usr/bin/env python3
"""A project of its own finds mgec with find_package and links two networks by mgec_add_network.

    check.py --build build/release --cmake cmake --models tests/data/models WHAT

WHAT is `build` (mgec's build folder is used as it is), `installed` (mgec is first installed below a temporary folder),
`cross` (configured with a toolchain file for aarch64: the network is compiled for that machine) or `message` (mgec was not found).
"""
import argparse
import os
import shutil

from mgectest import attempt, environment, fail, run, say, scratch

HERE = os.path.dirname(os.path.abspath(__file__))
CMAKE_FOLDER = os.path.join(os.path.dirname(os.path.dirname(HERE)), "cmake")


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "cmake", "models"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("what", choices=["build", "installed", "cross", "message"])
    args = parser.parse_args()
    with scratch() as folder:
        env = environment(os.path.join(args.build, "bin", "mgec"), MGEC_JIT="0", CXXFLAGS=None, CFLAGS=None, CMAKE_PREFIX_PATH=None)
        env.pop("CXX", None), env.pop("CC", None)
        project, build = os.path.join(folder, "project"), os.path.join(folder, "build")
        shutil.copytree(os.path.join(HERE, "project"), project)
        configure = [args.cmake, "-G", "Ninja", "-S", project, "-B", build, "-DMODELS=" + args.models]

        if args.what == "message":
            script = os.path.join(folder, "script.cmake")
            with open(script, "w") as file:
                file.write('include("%s/mgec_add_network.cmake")\nmgec_add_network(net "%s/multi_io/model.mge")\n'
                           % (CMAKE_FOLDER, args.models))
            result = attempt([args.cmake, "-P", script], env, cwd=folder)
            text = " ".join(result.err.split())
            for fragment in ("find_package(mgec REQUIRED)", "mgec_DIR", "cmake --install", "CMAKE_PREFIX_PATH"):
                if result.status == 0 or fragment not in text:
                    fail("the message lacks %r\n%s" % (fragment, result.describe()))
            return say(text)

        if args.what == "cross":
            if not shutil.which("aarch64-linux-gnu-g++"):
                return say("no cross compiler here")
            toolchain = os.path.join(folder, "aarch64.cmake")
            with open(toolchain, "w") as file:
                file.write("set(CMAKE_SYSTEM_NAME Linux)\nset(CMAKE_SYSTEM_PROCESSOR aarch64)\n"
                           "set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)\n")
            run(configure + ["-DCMAKE_TOOLCHAIN_FILE=" + toolchain, "-Dmgec_DIR=" + args.build], env)
            with open(os.path.join(build, "build.ninja")) as file:
                if "--target;aarch64" not in file.read():
                    fail("the network is not compiled for aarch64")
            return say("compiled for the toolchain's machine")

        if args.what == "installed":
            prefix = os.path.join(folder, "prefix")
            run([args.cmake, "--install", args.build, "--prefix", prefix], env)
            moved = os.path.join(folder, "moved")  # nothing in it names the place where it was installed
            os.rename(prefix, moved)
            configure.append("-DCMAKE_PREFIX_PATH=" + moved)
            if "mgec " not in run([os.path.join(moved, "bin", "mgec"), "--version"], env).out:
                fail("the installed mgec does not run")
        else:
            configure.append("-Dmgec_DIR=" + args.build)
        run(configure, env)
        if args.what == "installed":
            with open(os.path.join(build, "build.ninja")) as file:
                if args.build in file.read():
                    fail("the installed package refers to mgec's build folder")
        run([args.cmake, "--build", build, "--parallel", "2"], env)
        result = run([os.path.join(build, "app")] + [os.path.join(args.models, name, "model.mge") for name in ("multi_io", "mtcnn_pnet")],
                     env)
        if result.out.count("outputs") != 2:
            fail("two models were to run\n" + result.describe())
        say(result.out)


if __name__ == "__main__":
    main()
