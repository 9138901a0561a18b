"""What the checks of this folder share: running mgec, genuine cases, comparing arrays.

A check is a script that ctest runs: it prints what it saw and calls `fail` when a promise is broken. Nothing here knows the
product beyond its command line. numpy is loaded by what compares arrays only: most checks of errors need none, and it takes
longer to load than they take to run. The environment says where things are (tests/CMakeLists.txt sets it):

    MGEC_TEST_CACHE   folder for the caches of compiled models, one a build of mgec; those of older builds are removed
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIGITS = os.path.join(os.path.dirname(TESTS), "examples", "digits")


def fail(text):
    print("FAILED: " + text, flush=True)
    sys.exit(1)


def say(text):
    print(text, flush=True)


def scratch():
    """A folder that is gone at the end of the `with` block."""
    return tempfile.TemporaryDirectory(prefix="mgec-test-")


# ---------------------------------------------------------------------------------------------------------------------
# Running
# ---------------------------------------------------------------------------------------------------------------------

def cache_folder(mgec):
    """The cache that belongs to this very build of mgec. Caches of earlier builds would only take room."""
    root = os.environ.get("MGEC_TEST_CACHE") or os.path.join(tempfile.gettempdir(), "mgec-test-cache")
    info = os.stat(mgec)
    mine = "%x-%x" % (info.st_size, info.st_mtime_ns)
    os.makedirs(os.path.join(root, mine), exist_ok=True)
    for other in os.listdir(root):
        if other != mine:
            shutil.rmtree(os.path.join(root, other), ignore_errors=True)
    return os.path.join(root, mine)


def environment(mgec, **changes):
    """This process' environment with a test cache; a change to None removes a variable."""
    env = dict(os.environ, MGEC_CACHE_DIR=cache_folder(mgec), NO_COLOR="1", LC_ALL="C.UTF-8")
    for name in ("MGEC_ISA", "MGEC_MODEL_PATH"):
        env.pop(name, None)
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


class Result:
    def __init__(self, command, process):
        self.command = command
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def describe(self):
        text = "$ %s\nexit status %d\n" % (" ".join(map(str, self.command)), self.status)
        return text + (self.out[-4000:] + self.err[-4000:])


def attempt(command, env=None, cwd=None, timeout=560):
    command = [str(part) for part in command]
    try:
        process = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, errors="replace",
                                 stdin=subprocess.DEVNULL, timeout=timeout)
    except subprocess.TimeoutExpired:
        fail("no answer in %d s: %s" % (timeout, " ".join(command)))
    except OSError as error:
        fail("cannot run %s: %s" % (command[0], error))
    return Result(command, process)


def run(command, env=None, cwd=None, timeout=560):
    """Runs a command that must succeed."""
    result = attempt(command, env, cwd, timeout)
    if result.status != 0:
        fail("a command failed\n" + result.describe())
    return result


def mgec(program, *arguments, **changes):
    """Runs mgec, which must succeed. Keyword arguments change the environment."""
    return run([program] + list(arguments), environment(program, **changes))


def one_error(result, *fragments):
    """Exit status 1 and one message on standard error that has every fragment; returns the message."""
    if result.status != 1:
        fail("exit status %d, want 1 and a message\n%s" % (result.status, result.describe()))
    message = result.err.strip()
    if message.count("mgec: error: ") != 1 or not message.startswith("mgec: error: "):
        fail("want one message that starts with 'mgec: error: '\n" + result.describe())
    for fragment in fragments:
        if fragment not in message:
            fail("the message lacks %r\n%s" % (fragment, result.describe()))
    return message


def processor_levels():
    """The targets whose code this processor can run."""
    levels = {"native", "generic"}
    with open("/proc/cpuinfo") as file:
        flags = next((set(line.split()) for line in file if line.startswith("flags")), set())
    if {"avx2", "fma", "f16c", "bmi2"} <= flags:
        levels.add("x86-64-v3")
        if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
            levels.add("x86-64-v4")
    return levels


# ---------------------------------------------------------------------------------------------------------------------
# Genuine cases: a folder with model.mge, meta.json and the arrays that it names
# ---------------------------------------------------------------------------------------------------------------------

class Part:
    """One set of inputs, and the outputs that MegEngine computed from them."""

    def __init__(self, case, entry):
        self.case = case
        missing = case.meta.get("inputs_not_in_graph", [])
        self.inputs = {name: os.path.join(case.folder, value["file"]) for name, value in entry["inputs"].items()
                       if value.get("file") and name not in missing}
        order = case.meta.get("output_order") or list(entry["outputs"])
        self.outputs = [(name, os.path.join(case.folder, entry["outputs"][name]["file"])) for name in order]

    def arguments(self):
        return [word for name, path in self.inputs.items() for word in ("--input", "%s=%s" % (name, path))]

    def shapes(self):
        """`--shape` arguments for exactly these inputs."""
        import numpy as np
        words = []
        for name, path in self.inputs.items():
            shape = np.load(path, mmap_mode="r").shape or (1,)
            words += ["--shape", "%s=%s" % (name, "x".join(map(str, shape)))]
        return words

    def check(self, folder, what=""):
        import numpy as np
        for number, (name, path) in enumerate(self.outputs):
            file = os.path.join(folder, "%d.npy" % number)
            if not os.path.exists(file):
                fail("output %d (%s) was not written" % (number, name))
            compare(np.load(file), np.load(path), self.case.tolerance, what + name)


class Case:
    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "meta.json")) as file:
            self.meta = json.load(file)
        self.model = os.path.join(folder, self.meta.get("model_file", "model.mge"))
        self.expect = self.meta.get("expect", "ok")
        self.tolerance = self.meta.get("tolerance", {})
        self.parts = [Part(self, entry) for entry in [self.meta] + self.meta.get("more_shapes", [])]


def chosen_rows(program, case, options=()):
    """The kernel rows that `mgec explain` names for the shapes that a case has."""
    rows = set()
    for part in case.parts:
        result = mgec(program, "explain", case.model, "--json", *options, *part.shapes())
        rows.update(group["row"] for variant in json.loads(result.out)["variants"] for group in variant["groups"])
    return rows


def compare(got, want, tolerance, what):
    """Floats: |a - b| <= atol + rtol * max|want|, NaN matches NaN. Integers are equal. Types and shapes are the same."""
    import numpy as np
    if got.dtype != want.dtype:
        fail("%s: dtype %s, want %s" % (what, got.dtype, want.dtype))
    if got.shape != want.shape and not got.size == want.size == 1:
        fail("%s: shape %s, want %s" % (what, got.shape, want.shape))
    a, b = got.reshape(-1).astype(np.float64), want.reshape(-1).astype(np.float64)
    if want.dtype.kind in "biu" and tolerance.get("atol", 0) < 1:
        if (a != b).any():
            fail("%s: %d of %d elements differ" % (what, int((a != b).sum()), a.size))
        say("%s: %d elements equal" % (what, a.size))
        return
    if (np.isnan(a) != np.isnan(b)).any():
        fail("%s: NaN on one side only" % what)
    finite = np.abs(b[np.isfinite(b)])
    scale = float(finite.max()) if finite.size else 1.0
    with np.errstate(invalid="ignore"):
        difference = np.where((a == b) | np.isnan(b), 0.0, np.abs(a - b))
    worst = float(difference.max()) if difference.size else 0.0
    allowed = tolerance.get("atol", 1e-4) + tolerance.get("rtol", 1e-4) * scale
    if not worst <= allowed:
        fail("%s: error %.3g, allowed %.3g" % (what, worst, allowed))
    say("%s: error %.3g, allowed %.3g" % (what, worst, allowed))


def same_bits(a, b, what):
    if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
        differ = int((a.reshape(-1) != b.reshape(-1)).sum()) if a.shape == b.shape else -1
        fail("%s: results are not the same bit for bit (%d elements differ)" % (what, differ))


def outputs_of(folder):
    """The arrays that `mgec run --output-dir` wrote, in order."""
    import numpy as np
    arrays = []
    while os.path.exists(os.path.join(folder, "%d.npy" % len(arrays))):
        arrays.append(np.load(os.path.join(folder, "%d.npy" % len(arrays))))
    if not arrays:
        fail("no output was written")
    return arrays
