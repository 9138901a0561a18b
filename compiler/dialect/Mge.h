//===- Mge.h - the mge dialect ----------------------------------------------------------------------------------===//
#pragma once

#include "compiler/dialect/ShapeContext.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mgec::mge {

/// What fusion may do with an operation.
enum class FusionRole {
  Opaque,      // stands alone
  Anchor,      // decides the kernel family of its group; may be followed by elementwise consumers
  Elementwise, // may join the group of an anchor or of other elementwise operations
  View,        // the same bytes under another type
  Movement,    // copies elements: concat, slice, transpose, relayout
};

template <class Op> struct HostArithmetic : mlir::OpTrait::TraitBase<Op, HostArithmetic> {};
template <class Op> struct OneElementType : mlir::OpTrait::TraitBase<Op, OneElementType> {};
template <class Op> struct ShapeOnly : mlir::OpTrait::TraitBase<Op, ShapeOnly> {};

} // namespace mgec::mge

#include "compiler/dialect/MgeDialect.h.inc"
#include "compiler/dialect/MgeEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/dialect/MgeAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "compiler/dialect/MgeTypes.h.inc"
#include "compiler/dialect/MgeInterfaces.h.inc"
#define GET_OP_CLASSES
#include "compiler/dialect/MgeOps.h.inc"

namespace mgec::mge {

/// The stages of the pipeline after reading, in order; `mge.network` says which is done.
llvm::ArrayRef<llvm::StringRef> stageOrder();

/// The layout in `type`'s encoding, row-major when it says none. Never null for ranked tensors.
LayoutAttr layoutOf(mlir::Type type);
/// `type` with another layout (row-major: without one).
mlir::RankedTensorType withLayout(mlir::RankedTensorType type, LayoutAttr layout);
/// `type` without any layout, extents kept.
mlir::RankedTensorType logical(mlir::RankedTensorType type);
/// Extents as expressions: constants, or the encoding's for dynamic ones.
llvm::SmallVector<mlir::AffineExpr> dimsOf(mlir::RankedTensorType type);
/// A row-major tensor type with these extents.
mlir::RankedTensorType tensorType(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::Type element, unsigned numSymbols);
/// k, where an extent is k times the batch; nullopt for other extents.
std::optional<int64_t> batchMultiple(mlir::AffineExpr extent);
/// Extents for one sample: static, a dynamic first extent k * N counts as k (the infer stage lets no other one pass).
llvm::SmallVector<int64_t> sampleShape(mlir::RankedTensorType type);
/// Whether the first extent is a symbol (a batch known only at run time).
bool isBatched(mlir::RankedTensorType type);
/// Bytes of the elements in the type's layout, pad lanes included, for one sample.
int64_t sampleBytes(mlir::RankedTensorType type);
/// Bits of one element.
unsigned elementBits(mlir::Type element);
/// Name of an element type for messages and kernels: "f32", "qs8" …
std::string elementName(mlir::Type element);
/// A number as a C++ literal that gives back the same value (of a NaN, any).
std::string floatLiteral(float value);
std::string doubleLiteral(double value);
/// The number of `mgec_dtype` for an element type; -1 where it has none.
int dtypeNumber(mlir::Type element);
/// Scale and zero point of a quantised element type, {0, 0} otherwise.
std::pair<float, int32_t> quantisationOf(mlir::Type element);
/// The type in which elements of `element` are stored (the storage integer of quantised types).
mlir::Type storageType(mlir::Type element);

/// The dense bytes of a weight, row-major.
llvm::ArrayRef<uint8_t> bytesOf(WeightOp weight);
/// The weight behind `value` if it is an `mge.constant`, else null.
WeightOp weightOf(mlir::Value value);
/// Adds a weight to the network and returns it; equal content (type and bytes) yields the weight that is there already.
WeightOp addWeight(NetworkOp network, mlir::RankedTensorType type, llvm::ArrayRef<uint8_t> bytes, llvm::StringRef hint);
/// An ElementsAttr over a copy of `bytes`.
mlir::ElementsAttr makeElements(mlir::RankedTensorType type, llvm::ArrayRef<uint8_t> bytes);
/// An ElementsAttr over bytes that outlive the context's use of them.
mlir::ElementsAttr borrowElements(mlir::RankedTensorType type, llvm::ArrayRef<uint8_t> bytes);

/// A variable of the model, as MegEngine numbers and names it once it has loaded the file.
struct Variable {
  int64_t id, operatorId;
  llvm::StringRef operatorType, name; ///< the name is "%id" where the file has none
  bool part = false;                  ///< what stands at the location is a step on the way to the variable
};
/// A location that carries a variable.
mlir::Location varLocation(mlir::MLIRContext *context, const Variable &variable);
/// For an operation that is a step on the way to what `loc` says: a rewrite leaves that itself to its last operation
/// alone.
mlir::Location partLocation(mlir::Location loc);
/// The variables that a location carries, by id.
llvm::SmallVector<Variable> variablesOf(mlir::Location loc);
llvm::SmallVector<int64_t> varIdsOf(mlir::Location loc);
/// The variable that a value is; nullopt where it is none, or a part of one.
std::optional<Variable> variableOf(mlir::Value value);
/// The name of the variable that a value is, or is a part of; "" where there is none.
std::string nameOf(mlir::Value value);
/// The name of the last variable that an operation computes.
std::string nameOf(mlir::Operation *op);

} // namespace mgec::mge
