//===- matmul.cpp - the matrix product family ---------------------------------------------------------------------===//
//
// Products of float matrices, and of batches of them. The right operand is read in panels of two blocks of columns:
// packed when it is constant, else copied into scratch a panel at a time.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/support.h"

#include <cstring>

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;

namespace {

struct Problem {
  int64_t batch, m, n, k; // of one sample
  bool transposeA, transposeB;
};

Problem problemOf(mge::MatmulOp op) {
  auto lhs = mge::sampleShape(cast<RankedTensorType>(op.getLhs().getType()));
  auto dst = mge::sampleShape(cast<RankedTensorType>(op.getDst().getType()));
  size_t base = dst.size() - 2;
  return {base ? dst[0] : 1, dst[base], dst[base + 1], lhs[base + 1 - op.getTransposeA()], op.getTransposeA(),
          op.getTransposeB()};
}

/// Columns of a panel.
int64_t panelWidth(const TargetSet &targets) { return 2 * targets.block; }

/// Rows of the widest register tile.
int64_t tileRows(const Target &target) {
  return target.lanes == 16 ? 14 : target.registers == 32 ? 10 : target.lanes == 8 ? 6 : 5;
}

struct MatmulFamily : Family {
  StringRef name() const override { return "matmul"; }
  bool owns(Operation *anchor) const override { return isa<mge::MatmulOp>(anchor); }

  bool absorbs(Operation *anchor, Operation *consumer) const override {
    return cast<RankedTensorType>(anchor->getResult(0).getType()).getElementType().isF32() &&
           absorbsFloat(anchor, consumer);
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    auto op = cast<mge::MatmulOp>(group.getAnchor());
    auto lhs = cast<RankedTensorType>(op.getLhs().getType()), rhs = cast<RankedTensorType>(op.getRhs().getType());
    bool constant = group.getWeight(anchorOperand(group, 1)) && lhs.getRank() == 2;
    StringRef row = constant ? "matmul_f32_gemm" : "matmul_f32_gemm_dynamic";
    auto refuse = [&](const std::string &reason) { choices.refusals.push_back({row.str(), reason}); };
    if (!lhs.getElementType().isF32() || !rhs.getElementType().isF32())
      return refuse("needs float32, has " + mge::elementName(lhs.getElementType()));
    if (!hasKnownSamples(group))
      return refuse("needs extents that are known up to the batch");
    // A sample is some rows of the left matrix, or some pairs of matrices.
    if (lhs.getRank() == 2 && (mge::isBatched(rhs) || (mge::isBatched(lhs) && op.getTransposeA())))
      return refuse("needs the batch to be the rows of the result");
    Problem p = problemOf(op);
    const Target &target = targets.best();
    double macs = static_cast<double>(p.batch * p.m * p.n * p.k);
    double rows = std::min<double>(1, 0.3 + 0.7 * static_cast<double>(p.m) / static_cast<double>(tileRows(target)));
    double arithmetic = macs / (target.fmaPerNs * 0.85 * rows);
    double copies = constant ? 0 : streamNs(targets, 8.0 * static_cast<double>(p.batch * p.k * p.n));
    if (auto candidate = makeRowMajor(group, row, std::max(arithmetic, streamNs(targets, groupBytes(group))) + copies))
      choices.candidates.push_back(std::move(*candidate));
  }

  /// [panel][k][column] of the right operand, columns beyond n zero; the left operand as it is.
  Packed pack(mge::GroupOp group, unsigned operand, const TargetSet &targets,
              llvm::ArrayRef<uint8_t> bytes) const override {
    if (group.getRow() != "matmul_f32_gemm" || operand != anchorOperand(group, 1))
      return {"dense", bytes.vec()};
    Problem p = problemOf(cast<mge::MatmulOp>(group.getAnchor()));
    int64_t width = panelWidth(targets), panels = ceilDiv(p.n, width);
    std::vector<float> from(bytes.size() / 4), to(panels * p.k * width, 0.0f);
    std::memcpy(from.data(), bytes.data(), bytes.size());
    for (int64_t k = 0; k < p.k; ++k)
      for (int64_t n = 0; n < p.n; ++n)
        to[(n / width * p.k + k) * width + n % width] = from[p.transposeB ? n * p.k + k : k * p.n + n];
    Packed packed{(p.transposeB ? "panels_nk" : "panels_kn") + std::to_string(width),
                  std::vector<uint8_t>(to.size() * 4)};
    std::memcpy(packed.bytes.data(), to.data(), packed.bytes.size());
    return packed;
  }

  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &target,
                      KernelBuilder &builder) const override {
    Problem p = problemOf(cast<mge::MatmulOp>(group.getAnchor()));
    bool constant = group.getRow() == "matmul_f32_gemm";
    int64_t width = panelWidth(targets), panels = ceilDiv(p.n, width);
    // Rows of a chunk: all, unless there are many.
    int64_t rows = p.m > 96 ? ceilDiv(p.m, ceilDiv(p.m, 48)) : p.m, bands = ceilDiv(p.m, rows),
            last = p.m - (bands - 1) * rows;
    int64_t units = p.batch * bands * panels;
    Split split = splitWork(units, 1, 1, costOf(group));
    KernelOptions options = kernelOptions(group, split.chunks, {"matmul/gemm.hpp"});
    return builder.kernel("", options, [&](Nest &n) {
      Ptr a = operandPtr(n, group, anchorOperand(group, 0)), b = operandPtr(n, group, anchorOperand(group, 1)),
          dst = n.out();
      Ptr buffer = b;
      if (!constant)
        buffer = n.scratchF32(p.k * width);
      int64_t aRow = p.transposeA ? 1 : p.k, aK = p.transposeA ? p.m : 1;
      forSplit(n, split, "panel", [&](Idx unit, Idx, Idx) {
        Idx panel = remainder(unit, panels, units), rest = quotient(unit, panels, units);
        Idx band = remainder(rest, bands, p.batch * bands), matrix = quotient(rest, bands, p.batch * bands);
        Idx columns = p.n % width ? n.min(Idx(width), Idx(p.n) - panel * width) : Idx(width);
        Ptr right = buffer;
        if (constant)
          right = n.at(b, panel * (p.k * width));
        else
          n.micro("matmul::pack_panel<" + text(width) + ">",
                  {n.at(b, matrix * (p.k * p.n) + panel * (width * (p.transposeB ? p.k : 1))), p.transposeB ? 1 : p.n,
                   p.transposeB ? p.k : 1, p.k, columns, buffer});
        Ptr left = n.at(a, matrix * (p.m * p.k) + band * (rows * aRow));
        Idx offset = matrix * (p.m * p.n) + band * (rows * p.n) + panel * width;
        auto run = [&](int64_t count) {
          tiles(n, p, target, width, count, left, aRow, aK, right, dst, columns, panel * width, offset);
        };
        if (last == rows)
          run(rows);
        else
          n.ifLess(band, bands - 1, [&] { run(rows); }, [&] { run(last); });
      });
    });
  }

private:
  /// `count` rows of one panel.
  static void tiles(Nest &n, const Problem &p, const Target &target, int64_t width, int64_t count, Ptr left,
                    int64_t aRow, int64_t aK, Ptr right, Ptr dst, Idx columns, Idx channel, Idx offset) {
    if (count == 1) {
      n.micro("matmul::row<" + text(width) + ">", {left, aK, right, width, p.k, dst, columns, channel, offset},
              Nest::kConsumer);
      return;
    }
    int64_t lanes = target.lanes, half = 2 * lanes;
    int64_t parts = ceilDiv(count, tileRows(target)), narrow = count / parts, wider = count % parts,
            middle = wider * (narrow + 1);
    auto tile = [&](int64_t height, Idx m) {
      // Two vectors of columns a tile; panels are wider where vectors are narrow.
      for (int64_t column = 0; column < width; column += half) {
        auto call = [&] {
          n.micro("matmul::tile<" + text(height) + ", 2, " + text(width) + ">",
                  {n.at(left, m * aRow), aRow, aK, n.at(right, column), width, p.k * width, p.k, dst, p.n,
                   columns - column, channel + column, offset + m * p.n + column},
                  Nest::kConsumer);
        };
        if (column == 0)
          call();
        else
          n.ifLess(Idx(column), columns, call);
      }
    };
    if (wider)
      n.loop("m", 0, middle, narrow + 1, [&](Idx m) { tile(narrow + 1, m); });
    n.loop("m", middle, count, narrow, [&](Idx m) { tile(narrow, m); });
  }
};

} // namespace

const Family &codegen::matmulFamily() {
  static MatmulFamily family;
  return family;
}
