//===- Build.cpp - stage build ----------------------------------------------------------------------------------===//
#include "codegen/Family.h"
#include "codegen/Nest.h"
#include "compiler/passes/Passes.h"
#include "include/mgec/model_abi.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"

namespace mgec {
#define GEN_PASS_DEF_BUILD
#include "compiler/passes/Passes.h.inc"
} // namespace mgec

using namespace mlir;
using namespace mgec;
using namespace mgec::mge;

namespace {

/// What makes two kernels one: everything but name and location.
std::string textOf(mgk::KernelOp kernel) {
  StringAttr name = kernel.getSymNameAttr();
  kernel.setSymName("k");
  std::string text;
  llvm::raw_string_ostream os(text);
  kernel->print(os, OpPrintingFlags().useLocalScope());
  kernel.setSymNameAttr(name);
  return text;
}

struct BuildPass : mgec::impl::BuildBase<BuildPass> {
  void runOnOperation() override {
    NetworkOp network = getOperation();
    if (failed(enterStage(network, "build")))
      return signalPassFailure();
    codegen::TargetSet targets = targetsOf(network);
    DenseMap<Operation *, SmallVector<Attribute>> kernels;
    DenseMap<Operation *, int64_t> scratch;
    for (const codegen::Target &target : targets.targets) {
      OpBuilder builder(&getContext());
      builder.setInsertionPointToEnd(&network.getBlock());
      auto module = ModuleOp::create(builder, network.getLoc(), StringRef(target.tag));
      llvm::StringMap<mgk::KernelOp> known;
      unsigned next = 0;
      for (auto variant : network.getBlock().getOps<VariantOp>())
        for (auto group : variant.getBlock().getOps<GroupOp>()) {
          codegen::KernelBuilder kernelBuilder(group, target, *module.getBody(), next);
          if (failed(codegen::familyOfRow(group).build(group, targets, target, kernelBuilder)))
            return signalPassFailure();
          for (mgk::KernelOp kernel : kernelBuilder.built()) {
            auto [it, added] = known.try_emplace(textOf(kernel), kernel);
            if (added)
              ++next;
            else
              kernel.erase();
            scratch[variant] = std::max<int64_t>(scratch[variant], it->second.getScratchBytes());
            kernels[group].push_back(SymbolRefAttr::get(&getContext(), target.tag,
                                                        {FlatSymbolRefAttr::get(it->second.getSymNameAttr())}));
          }
        }
    }
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      variant.setScratchBytes(llvm::alignTo(scratch[variant], MGEC_ALIGNMENT));
      for (auto group : variant.getBlock().getOps<GroupOp>())
        group.setKernelsAttr(ArrayAttr::get(&getContext(), kernels[group]));
    }
    network.setStage("build");
  }
};

} // namespace
