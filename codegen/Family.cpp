//===- Family.cpp - the families of kernels ---------------------------------------------------------------------===//
#include "codegen/Family.h"
#include "codegen/Families.h"
#include "codegen/Nest.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

Packed Family::pack(mge::GroupOp, unsigned, const TargetSet &, llvm::ArrayRef<uint8_t> bytes) const {
  return {"dense", bytes.vec()};
}

llvm::ArrayRef<const Family *> codegen::families() {
  static const std::vector<const Family *> all = {
#define MGEC_FAMILY(NAME) &NAME##Family(),
#include "codegen/Families.inc"
#undef MGEC_FAMILY
  };
  return all;
}

const Family &codegen::familyOf(Operation *anchor) {
  for (const Family *family : families())
    if (family->owns(anchor))
      return *family;
  return referenceFamily();
}

const Family &codegen::familyOfRow(mge::GroupOp group) {
  if (group.getRow() == "reference")
    return referenceFamily();
  return familyOf(group.getAnchor());
}
