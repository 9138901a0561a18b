//===- Family.cpp - the families of kernels ---------------------------------------------------------------------===//
#include "codegen/Family.h"
#include "codegen/Families.h"
#include "codegen/Nest.h"
#include "codegen/Rows.h"

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

LogicalResult codegen::verifyRow(mge::GroupOp group, const TargetSet &targets) {
  llvm::StringRef row = group.getRow().value_or("");
  const Row *known = findRow(row);
  if (!known)
    return group.emitOpError() << "has the row " << row << ", which does not exist";
  Choices choices;
  (row == "reference" ? referenceFamily() : familyOf(group.getAnchor())).candidates(group, targets, choices);
  for (const Candidate &candidate : choices.candidates) {
    if (candidate.row != row)
      continue;
    for (NamedAttribute tile : candidate.tiles ? candidate.tiles.getValue() : llvm::ArrayRef<NamedAttribute>()) {
      auto given = group.getTiles() ? group.getTiles()->getAs<IntegerAttr>(tile.getName()) : IntegerAttr();
      if (!given || given.getInt() < 1)
        return group.emitOpError() << "has the row " << row << " and no positive tile " << tile.getName();
    }
    return success();
  }
  InFlightDiagnostic error = group.emitOpError() << "has the row " << row << ", which cannot run it";
  for (const Refusal &refusal : choices.refusals)
    if (refusal.row == row)
      error << ": " << refusal.reason;
  return error;
}
