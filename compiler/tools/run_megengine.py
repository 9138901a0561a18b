"""Runs a model with MegEngine's own loader. It travels inside mgec; `mgec verify` starts a Python that has megengine with it.

    python run_megengine.py FOLDER

FOLDER/request.json has `model`, a path, and `inputs`, a list of `name` and `file` (in FOLDER). The outputs of the model, in its
order, become FOLDER/out0.npy, out1.npy ..., quantised ones as their integers, and FOLDER/result.json says MegEngine's `version`
and the outputs' `names`. Exit status 3: there is no megengine; 4: it cannot run the model. Then FOLDER/error.txt says why.
"""
import io
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")


def plain(array):
    """Without what MegEngine adds to numpy's types."""
    import numpy as np

    return np.ascontiguousarray(array).view(np.dtype(array.dtype.str))


def load(path):
    """The graph, and the variables that are the model's outputs."""
    from megengine.core.tensor import megbrain_graph

    with open(path, "rb") as file:
        data = file.read()
    if data.startswith(b"mgbtest0"):
        data = data[12:]  # a test case: the model comes first
    loaded = megbrain_graph.load_graph(io.BytesIO(data))
    # The outputs of a test case are comparisons with what it expects; what they compare is wanted.
    outputs = [var.owner.inputs[1] if var.owner.type == "AssertEqual" else var for var in loaded.output_vars_list]
    return loaded.graph, outputs


def run(folder, request):
    import megengine
    import numpy as np
    from megengine.core.tensor import megbrain_graph
    from megengine.utils import comp_graph_tools

    graph, outputs = load(request["model"])
    names = [var.name for var in outputs]
    files = {entry["name"]: entry["file"] for entry in request["inputs"]}
    outputs, inputs = comp_graph_tools.convert_inputs(outputs)
    nodes = [megbrain_graph.OutputNode(var) for var in outputs]
    function = graph.compile([node.outputs[0] for node in nodes])
    for name, node in inputs.items():
        if name not in files:
            raise KeyError("MegEngine wants an input %r" % name)
        values = np.load(os.path.join(folder, files[name]))
        array = np.empty(values.shape, node.dtype)  # quantised types carry their scale
        array[...] = values
        node.set_value(megengine.Tensor(array, device=node.device)._dev_tensor())
    function.execute()
    function.wait()
    for number, node in enumerate(nodes):
        np.save(os.path.join(folder, "out%d.npy" % number), plain(node.get_value().numpy()))
    with open(os.path.join(folder, "result.json"), "w") as file:
        json.dump({"version": megengine.__version__, "names": names}, file)


def give_up(folder, status, text):
    with open(os.path.join(folder, "error.txt"), "w") as file:
        file.write((text.strip().split("\n") or [""])[0])
    sys.exit(status)


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "request.json")) as file:
        request = json.load(file)
    try:
        import megengine  # noqa: F401
    except ImportError as error:
        give_up(folder, 3, str(error))
    try:
        run(folder, request)
    except Exception as error:
        give_up(folder, 4, "%s: %s" % (type(error).__name__, error))


if __name__ == "__main__":
    main()
