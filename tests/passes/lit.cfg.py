"""lit's configuration for the tests of passes and dialects: *.mlir files in folders named `test` below compiler/.

The build writes lit.site.cfg.py, which names the tools and loads this file:

    lit -v BUILD/tests/passes/passes/test/plan.mlir
"""
import os

import lit.formats

config.name = "mgec"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.excludes = ["schema"]
config.environment["PATH"] = os.pathsep.join([config.llvm_tools, "/usr/bin", "/bin"])
config.substitutions.append(("mgec-opt", config.mgec_opt))
