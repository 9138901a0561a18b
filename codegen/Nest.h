//===- Nest.h - builds loop nests around micro-kernels ----------------------------------------------------------===//
//
// The language in which families say their nests:
//
//     return builder.kernel("", {.chunks = rows}, [&](Nest &n) {
//       Idx oh = n.chunk();
//       n.loop("ow", 0, full, 6, [&](Idx ow) {
//         n.micro("conv::tile<8, 2, 6>",
//                 {n.at(src, (oh * iw + ow) * 8), n.packed(1), ic, n.at(n.out(), ...)}, Nest::kConsumer);
//       });
//     });
//
// Indices are affine in loop variables, the chunk number and the batch; they become affine.apply operations, so the
// printer shows them as plain arithmetic. Everything built is IR (mgk.kernel): dumped, verified, compared.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "codegen/Consumer.h"
#include "codegen/targets/Target.h"
#include "compiler/dialect/Mge.h"
#include "compiler/dialect/Mgk.h"

#include "mlir/IR/Builders.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mgec::codegen {

class Nest;

/// An index: an affine expression over values (loop variables, chunk, batch). Plain integers convert.
class Idx {
public:
  Idx(int64_t constant) : constant(constant) {}
  Idx(int constant) : constant(constant) {}
  /// The number, when it does not depend on any loop.
  std::optional<int64_t> known() const;

  friend Idx operator+(const Idx &a, const Idx &b);
  friend Idx operator-(const Idx &a, const Idx &b);
  friend Idx operator*(const Idx &a, int64_t factor);
  friend Idx operator*(int64_t factor, const Idx &a) { return a * factor; }
  /// Floor division and remainder by a positive constant.
  friend Idx operator/(const Idx &a, int64_t divisor);
  friend Idx operator%(const Idx &a, int64_t divisor);

private:
  friend class Nest;
  Idx(mlir::AffineExpr expr, llvm::SmallVector<mlir::Value, 2> dims) : expr(expr), dims(std::move(dims)) {}
  static std::pair<mlir::AffineExpr, mlir::AffineExpr> align(const Idx &a, const Idx &b,
                                                             llvm::SmallVector<mlir::Value, 2> &dims);
  int64_t constant = 0;
  mlir::AffineExpr expr; // null: `constant`
  llvm::SmallVector<mlir::Value, 2> dims;
};

/// A pointer to elements.
class Ptr {
public:
  mlir::Value value;
};

/// C++ text around a pointer, which stands for its "$": "reinterpret_cast<const int32_t*>($)".
struct Around {
  std::string text;
  Ptr pointer;
};

/// An argument of a micro-kernel: a pointer, an index, or C++ text (an enumerator, a float), possibly around a pointer.
using Arg = std::variant<Ptr, Idx, std::string, Around>;

/// What a kernel is besides its body.
struct KernelOptions {
  int64_t chunks = 1;       // per sample
  bool batched = true;      // called once a sample; false: once for the whole batch
  std::vector<std::string> headers; // below codegen/kernels, e.g. "conv/direct.hpp"
  bool lanesAreChannels = true;     // how consumers read channel operands
  bool consumer = true;     // whether the kernel has the functor "consumer": what follows the group's anchor
  /// Further functors: a name, and the operation of the group whose followers it stands for.
  std::vector<std::pair<std::string, mlir::Operation *>> functors;
};

class Nest {
public:
  static constexpr const char *kConsumer = "consumer";

  /// The chunk number within its sample, and the sample (0 when the kernel is not batched).
  Idx chunk();
  Idx sample();
  /// Group operand k and result k at the current sample (batched kernels) or sample 0, as pointers to their storage
  /// type.
  Ptr in(unsigned k);
  Ptr out(unsigned k = 0);
  /// The packed constant that stands for group operand k.
  Ptr packed(unsigned k);
  /// `bytes` of the thread's scratch, 64-byte aligned, as elements of `type`.
  Ptr scratch(int64_t bytes, mlir::Type type);
  Ptr scratchF32(int64_t elements);
  /// `index` elements further.
  Ptr at(Ptr base, const Idx &index);

  void loop(llvm::StringRef name, const Idx &low, const Idx &high, int64_t step, llvm::function_ref<void(Idx)> body);
  /// if (a < b) then else otherwise
  void ifLess(const Idx &a, const Idx &b, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise = nullptr);
  Idx min(const Idx &a, const Idx &b);
  /// Calls the micro-kernel template `callee`; `functor` names the functor to append.
  void micro(const std::string &callee, std::vector<Arg> args, const char *functor = nullptr);
  /// The elements of one sample of group operand k / result k in its layout.
  int64_t inSampleElements(unsigned k) const;
  int64_t outSampleElements(unsigned k = 0) const;

private:
  friend class KernelBuilder;
  Nest(class KernelBuilder &owner, mgk::KernelOp kernel, const KernelOptions &options);
  mlir::Value materialise(const Idx &index);
  Idx ofValue(mlir::Value value);
  mlir::Value argument(const std::string &role, mlir::Type element);
  Ptr sampleOf(mlir::Value base, mlir::RankedTensorType type);
  bool isBatchRuntime() const;

  class KernelBuilder &owner;
  mgk::KernelOp kernel;
  KernelOptions options;
  mlir::OpBuilder builder;
  mlir::Value chunkValue, sampleValue, batchValue;
  int64_t scratchBytes = 0;
};

/// Builds the kernels of one group for one target.
class KernelBuilder {
public:
  KernelBuilder(mge::GroupOp group, const Target &target, mlir::Block &kernels, unsigned firstNumber)
      : group(group), target(target), kernels(kernels), number(firstNumber) {}

  /// One phase: `body` fills the nest. Phases run in the order in which they are built.
  mlir::LogicalResult kernel(llvm::StringRef suffix, KernelOptions options, llvm::function_ref<void(Nest &)> body);
  /// A phase that calls the reference function of the group's only operation.
  mlir::LogicalResult reference(std::vector<std::string> headers);

  llvm::ArrayRef<mgk::KernelOp> built() const { return kernelOps; }
  const Target &getTarget() const { return target; }

private:
  friend class Nest;
  mge::GroupOp group;
  const Target &target;
  mlir::Block &kernels;
  unsigned number;
  llvm::SmallVector<mgk::KernelOp> kernelOps;
};

} // namespace mgec::codegen
