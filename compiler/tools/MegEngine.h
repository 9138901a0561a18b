//===- MegEngine.h - the answers of a MegEngine that is installed -----------------------------------------------===//
//
// mgec has no part of MegEngine in it: it starts a Python that has the package `megengine`, with a script that travels
// inside this program (run_megengine.py), and exchanges arrays with it through files in a folder that disappears.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/eval/Evaluator.h"
#include "compiler/tools/Execute.h"

#include <string>
#include <vector>

namespace mgec::tools {

/// The Python to ask.
struct MegEnginePython {
  std::string program;     // a path; "" for none
  bool wasAskedFor = false; // by the user, who then wants to hear that it cannot be done
};

/// The program that `named` is; where that is empty, what $MGEC_MEGENGINE_PYTHON says; where that is not set, python3
/// on PATH. Throws where the user names one that does not exist.
MegEnginePython findMegEngine(const std::string &named);

struct MegEngineAnswer {
  std::string why;     // there is no answer; "": there is one
  std::string version; // of MegEngine
  std::vector<eval::Tensor> outputs;
};

/// Runs the model file once. `like` says the element types of its outputs.
MegEngineAnswer askMegEngine(const MegEnginePython &python, const std::string &model, llvm::ArrayRef<Input> inputs,
                             llvm::ArrayRef<eval::Tensor> like);

} // namespace mgec::tools
