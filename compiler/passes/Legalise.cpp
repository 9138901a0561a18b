//===- Legalise.cpp - stage legalise ------------------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

namespace mgec {
#define GEN_PASS_DEF_LEGALISE
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

std::string mgec::printable(StringRef text) {
  std::string out;
  for (char c : text)
    out += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return out;
}

namespace {

struct LegalisePass : mgec::impl::LegaliseBase<LegalisePass> {
  void runOnOperation() override {
    NetworkOp network = getOperation();
    if (failed(enterStage(network, "legalise")))
      return signalPassFailure();
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      llvm::StringSet<> taken;
      for (auto group : variant.getBlock().getOps<GroupOp>()) {
        if (group.getKernels()->empty()) // a view
          continue;
        std::string label = printable(group.getLabel().value_or(""));
        if (label.empty())
          label = "step";
        std::string name = label;
        for (unsigned number = 2; !taken.insert(name).second; ++number)
          name = label + "#" + std::to_string(number);
        group.setStep(name);
      }
    }
    network.setStage("legalise");
  }
};

} // namespace
