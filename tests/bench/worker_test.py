"""mgec_worker speaks the benchmark's protocol: worker_test.py WORKER ARTIFACT

A script stands in for the compiler: it checks the command it gets and copies a compiled model written by hand
(y = 2 x + 0.5, and the sums of the rows of y).
"""
import json
import os
import struct
import subprocess
import sys
import tempfile


def npy(path, shape, values):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }" % ", ".join(map(str, shape))
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        f.write(struct.pack("<%df" % len(values), *values))


def floats(path):
    with open(path, "rb") as f:
        data = f.read()
    begin = 10 + struct.unpack("<H", data[8:10])[0]
    return list(struct.unpack("<%df" % ((len(data) - begin) // 4), data[begin:]))


def main():
    worker, artifact = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        model, cache, compiler = (os.path.join(folder, x) for x in ("model", "cache", "compiler"))
        os.mkdir(model)
        open(os.path.join(model, "model.mge"), "w").close()
        npy(os.path.join(model, "in_x.npy"), (3, 4), list(range(12)))
        meta = {"inputs": {"x": {"file": "in_x.npy"}, "unused": {"file": "none.npy"}},
                "graph_input_order": ["x"], "inputs_not_in_graph": ["unused"]}
        with open(os.path.join(model, "meta.json"), "w") as f:
            json.dump(meta, f)
        with open(compiler, "w") as f:
            f.write("#!/bin/sh\n"
                    "wanted='compile %s/model.mge -o %s/model.so --target native --shape x=3x4'\n"
                    "[ \"$*\" = \"$wanted\" ] || { echo \"$*\"; exit 3; }\n"
                    "echo on standard output\ncp '%s' '%s/model.so'\n" % (model, cache, artifact, cache))
        os.chmod(compiler, 0o755)
        p = subprocess.Popen([worker], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env=dict(os.environ, MGEC_COMPILER=compiler))

        def ask(**q):
            p.stdin.write(json.dumps(q) + "\n")
            p.stdin.flush()
            return json.loads(p.stdout.readline())

        assert not ask(cmd="run", iters=1)["ok"]
        bad = ask(cmd="load", model=folder + "/absent", cache=cache, threads=1)
        assert not bad["ok"] and "absent" in bad["error"], bad
        loaded = ask(cmd="load", model=model, cache=cache, threads=2)
        assert loaded["ok"], loaded
        for key in ("load_ms", "first_ms", "peak_rss_kb", "convert_s"):
            assert loaded[key] >= 0, loaded
        assert loaded["runtime_bytes"] > 2 * os.path.getsize(artifact) - 64, loaded  # with libmgec_lite
        times = ask(cmd="run", iters=7, warmup=2)
        assert times["ok"] and len(times["times_ms"]) == 7 and min(times["times_ms"]) > 0, times
        out = ask(cmd="output", prefix=os.path.join(folder, "out"))
        assert out["outputs"] == [folder + "/out_0.npy", folder + "/out_1.npy"], out
        y = [2 * v + 0.5 for v in range(12)]
        assert floats(out["outputs"][0]) == y
        assert floats(out["outputs"][1]) == [sum(y[i:i + 4]) for i in (0, 4, 8)]
        os.remove(os.path.join(model, "meta.json"))
        assert not ask(cmd="load", model=model, cache=cache, threads=1)["ok"]
        assert "no such command" in ask(cmd="dance")["error"]
        p.stdin.write('{"cmd": "quit"}\n')
        p.stdin.close()
        assert p.wait(10) == 0


main()
