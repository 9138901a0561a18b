//===- Pipeline.cpp - the whole compiler on one screen ----------------------------------------------------------===//
#include "compiler/Pipeline.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <stdexcept>

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

namespace {

struct Stage {
  const char *name;
  std::unique_ptr<Pass> (*make)(const CompileOptions &);
};

// The compiler. Each stage's invariant is in its description in passes/Passes.td.
const Stage kStages[] = {
    {"infer", [](const CompileOptions &) { return createInferShapes(); }},
    {"simplify", [](const CompileOptions &) { return createSimplify(); }},
    {"fuse",
     [](const CompileOptions &o) {
       return createFuse({o.referenceOnly ? 0 : o.fusionLevel});
     }}, // references run single operations
    {"choose",
     [](const CompileOptions &o) {
       return createChoose({o.forceRows, o.referenceOnly});
     }},
    {"tile-fuse", [](const CompileOptions &) { return createTileFuse(); }},
    {"pack", [](const CompileOptions &) { return createPack(); }},
    {"plan", [](const CompileOptions &) { return createPlan(); }},
    {"build", [](const CompileOptions &) { return createBuild(); }},
    {"legalise", [](const CompileOptions &) { return createLegalise(); }},
};

/// "operator (variable 'x'): message" for people; locations name model variables.
std::string describe(Diagnostic &diagnostic) {
  std::string text = diagnostic.str();
  StringRef message = text;
  // MLIR's own prefix, "'mge.reshape' op ": the operation's name is enough.
  std::string op;
  if (message.consume_front("'mge.")) {
    auto [name, rest] = message.split("' op ");
    op = name.str();
    message = rest;
  }
  SmallVector<int64_t> ids = varIdsOf(diagnostic.getLocation());
  std::string variable;
  if (auto named = dyn_cast<NameLoc>(diagnostic.getLocation()))
    variable = named.getName().str();
  else if (!ids.empty())
    variable = "%" + std::to_string(ids.back());
  std::string out;
  if (!variable.empty())
    out += "variable '" + variable + "'" + (op.empty() ? "" : " (" + op + ")") + ": ";
  else if (!op.empty())
    out += op + ": ";
  return out + message.str();
}

/// The user's name for the symbolic batch: shapes in diagnostics, "{N,3,224,224}", call it N, or s0.
std::string withSymbol(StringRef text, StringRef symbol) {
  std::string out;
  unsigned braces = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    braces += text[at] == '{';
    braces -= text[at] == '}' && braces;
    auto isWord = [&](size_t k) { return k < text.size() && (llvm::isAlnum(text[k]) || text[k] == '_'); };
    StringRef rest = text.substr(at);
    size_t length = rest.starts_with("s0") ? 2 : rest.starts_with("N") ? 1 : 0;
    if (braces && length && !isWord(at + length) && !(at && isWord(at - 1))) {
      out += symbol;
      at += length - 1;
    } else {
      out += text[at];
    }
  }
  return out;
}

/// The first symbol that the shapes name.
std::string symbolOf(ArrayRef<ShapeSet> shapes) {
  for (const ShapeSet &set : shapes)
    for (const auto &[name, shape] : set.inputs)
      for (const std::string &extent : shape.extents)
        if (!llvm::isDigit(extent[0]))
          return extent;
  return "N";
}

void dump(ModuleOp module, const CompileOptions &options, unsigned number, StringRef stage) {
  if (options.dumpDirectory.empty())
    return;
  if (std::error_code error = llvm::sys::fs::create_directories(options.dumpDirectory))
    throw std::runtime_error("--dump-stages: cannot make the folder " + options.dumpDirectory + ": " + error.message());
  SmallString<256> path(options.dumpDirectory);
  char prefix[16];
  snprintf(prefix, sizeof prefix, "%02u-", number);
  llvm::sys::path::append(path, prefix + stage + ".mlir");
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  // Weights stay out: dumps are for reading.
  if (!error)
    module->print(os,
                  OpPrintingFlags().elideLargeElementsAttrs(16).elideLargeResourceString(64).enableDebugInfo(false));
  os.close();
  if (!error)
    error = os.error();
  os.clear_error();
  if (error)
    throw std::runtime_error("--dump-stages: cannot write " + path.str().str() + ": " + error.message());
}

} // namespace

ArrayRef<const char *> mgec::stageNames() {
  static const std::vector<const char *> names = [] {
    std::vector<const char *> all = {"read", "import"};
    for (const Stage &stage : kStages)
      all.push_back(stage.name);
    all.push_back("emit");
    return all;
  }();
  return names;
}

void mgec::registerDialects(DialectRegistry &registry) {
  registry.insert<MgeDialect, mgk::MgkDialect, quant::QuantDialect, affine::AffineDialect, arith::ArithDialect,
                  scf::SCFDialect>();
}

void mgec::addStage(PassManager &manager, const CompileOptions &options, StringRef name) {
  for (const Stage &stage : kStages)
    if (stage.name == name)
      manager.addNestedPass<NetworkOp>(stage.make(options));
}

NetworkOp Compilation::network() const { return *module.get().getOps<NetworkOp>().begin(); }

Compilation mgec::compile(MLIRContext &context, const read::Model &model, const CompileOptions &options) {
  std::string errors, symbol = "N";
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return success();
    std::string text = withSymbol(describe(diagnostic), symbol);
    // Both axes of a window may be wrong in the same way: once is enough.
    if (("\n" + errors + "\n").find("\n" + text + "\n") == std::string::npos)
      errors += (errors.empty() ? "" : "\n") + text;
    return success();
  });
  auto fail = [&](StringRef stage) {
    throw std::runtime_error(model.path + ": " + (errors.empty() ? "stage " + stage.str() + " failed" : errors));
  };
  std::vector<ShapeSet> shapes = parseShapes(options.shapes, model);
  symbol = symbolOf(shapes);
  if (options.progress)
    options.progress("import");
  Compilation result{importModel(context, model, shapes)};
  if (!result.module)
    fail("import");
  SmallVector<StringRef> targets(options.targets.begin(), options.targets.end());
  result.network().setTargetsAttr(Builder(&context).getStrArrayAttr(targets));
  unsigned number = 1;
  dump(*result.module, options, number++, "import");
  if (options.stopAfter == "import")
    return result;
  for (const Stage &stage : kStages) {
    if (options.progress)
      options.progress(stage.name);
    PassManager manager(&context);
    manager.enableVerifier(true);
    addStage(manager, options, stage.name);
    if (failed(manager.run(*result.module)))
      fail(stage.name);
    dump(*result.module, options, number++, stage.name);
    if (stage.name == StringRef("choose") && options.denyReference) {
      std::vector<std::string> names;
      referenceShare(result.network(), names);
      if (!names.empty())
        throw std::runtime_error(model.path + ": --deny-reference: these groups have only their reference kernels: " +
                                 llvm::join(names, ", "));
    }
    if (options.stopAfter == stage.name)
      return result;
  }
  return result;
}

double mgec::referenceShare(NetworkOp network, std::vector<std::string> &names) {
  double all = 0, reference = 0;
  network.walk([&](GroupOp group) {
    double cost = group.getCostNs() ? group.getCostNs()->convertToDouble() : 0;
    all += cost;
    if (group.getRow() == "reference") {
      reference += cost;
      names.push_back(group.getLabel().value_or("").str());
    }
  });
  return all > 0 ? reference / all : 0;
}
