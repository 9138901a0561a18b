//===- select.cpp - which convolution rows can run a group, and what they cost -----------------------------------===//
//
// Costs are multiply-adds over the target's peak times an efficiency that was measured per row, plus the bytes that
// a row streams. They rank rows and layouts; they are no promise.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/kernels/conv/family.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::codegen::conv;


mge::ConvOp conv::secondOf(mge::GroupOp group) {
  for (auto op : group.getBlock().getOps<mge::ConvOp>())
    if (op != group.getAnchor())
      return op;
  return {};
}

std::optional<Problem> conv::problemOf(mge::GroupOp group, std::string &reason, mge::ConvOp op) {
  if (!op)
    op = cast<mge::ConvOp>(group.getAnchor());
  auto src = cast<RankedTensorType>(op.getSrc().getType()), filter = cast<RankedTensorType>(op.getFilter().getType()),
       dst = cast<RankedTensorType>(op.getDst().getType());
  std::string from = mge::elementName(src.getElementType()), to = mge::elementName(dst.getElementType());
  bool quantised = from == "qs8" && mge::elementName(filter.getElementType()) == "qs8" && (to == "qs8" || to == "qs32");
  if (!quantised && (from != "f32" || !filter.getElementType().isF32())) {
    reason = "needs float32, or int8 to int8 or int32; has " + from + " to " + to;
    return std::nullopt;
  }
  if (op.getFormat() != mge::ConvFormat::NCHW) {
    reason = "needs the format nchw";
    return std::nullopt;
  }
  if (op.getMode() != mge::ConvMode::CROSS_CORRELATION) {
    reason = "needs a filter that is not flipped";
    return std::nullopt;
  }
  if (quantised) {
    bool relu = op.getNonlineMode() == mge::NonlineMode::RELU && to == "qs8";
    if (op.getNonlineMode() != mge::NonlineMode::IDENTITY && !relu) {
      reason = "needs no activation or relu";
      return std::nullopt;
    }
    if (op.getExtra().size() > 1) {
      reason = "needs no addend";
      return std::nullopt;
    }
    if (!op.getExtra().empty()) {
      auto bias = cast<RankedTensorType>(op.getExtra()[0].getType());
      int64_t number = group.operandNumber(op.getExtra()[0]);
      if (number < 0 || !group.getWeight(number) || bias.getNumElements() != dst.getDimSize(1) ||
          mge::elementName(bias.getElementType()) != "qs32") {
        reason = "needs a constant bias of one int32 a channel";
        return std::nullopt;
      }
    }
  } else if (!op.getExtra().empty() || op.getNonlineMode() != mge::NonlineMode::IDENTITY) {
    reason = "needs bias and activation as element-wise operations";
    return std::nullopt;
  }
  int64_t number = group.operandNumber(op.getFilter());
  if (number < 0 || !group.getWeight(number)) {
    reason = "needs a constant filter";
    return std::nullopt;
  }
  bool grouped = op.getSparse() == mge::ConvSparse::GROUP;
  auto f = filter.getShape().take_back(4);
  Problem p;
  p.quantised = quantised;
  p.groups = grouped ? filter.getDimSize(0) : 1;
  p.images = mge::sampleShape(src)[0];
  p.ic = src.getDimSize(1);
  p.ih = src.getDimSize(2);
  p.iw = src.getDimSize(3);
  p.oc = dst.getDimSize(1);
  p.oh = dst.getDimSize(2);
  p.ow = dst.getDimSize(3);
  p.kh = f[2];
  p.kw = f[3];
  p.sh = op.getStrideH();
  p.sw = op.getStrideW();
  p.ph = op.getPadH();
  p.pw = op.getPadW();
  p.dh = op.getDilateH();
  p.dw = op.getDilateW();
  return p;
}

std::vector<ChannelGroup> conv::channelGroups(int64_t oc, int64_t block) {
  std::vector<ChannelGroup> groups;
  int64_t padded = llvm::alignTo(oc, block), row = 2 * block;
  for (int64_t at = 0; at < padded;) {
    int64_t width = std::min(row, padded - at), rest = padded - at - row;
    if (rest > 0 && rest < row)
      width = padded - at;
    groups.push_back({at, width});
    at += width;
  }
  return groups;
}

int64_t conv::tileWidth(const Target &target, int64_t vectors) {
  // Sums that keep both pipes busy and leave registers for weights and one input (direct.hpp).
  if (target.lanes == 16)
    return vectors == 1 ? 28 : vectors == 2 ? 14 : 9;
  if (target.lanes == 8)
    return vectors == 1 ? 12 : vectors == 2 ? 6 : 4;
  if (target.registers == 32)
    return vectors == 1 ? 20 : vectors == 2 ? 10 : 6;
  return vectors == 1 ? 10 : vectors == 2 ? 5 : 3;
}

int64_t conv::tileAttr(mge::GroupOp group, StringRef name) {
  auto tiles = group.getTiles();
  auto attr = tiles ? tiles->getAs<IntegerAttr>(name) : IntegerAttr();
  return attr ? attr.getInt() : 0;
}

DepthwisePlan conv::stripPlan(const Problem &p) {
  constexpr int64_t widest = 8;
  int64_t tiles = ceilDiv(p.ow, widest), width = ceilDiv(p.ow, tiles);
  DepthwisePlan plan = {};
  plan.first = width;
  plan.last = tiles > 1 ? p.ow - (tiles - 1) * width : 0;
  plan.middle = tiles > 2 ? width : 0;
  plan.count = tiles > 2 ? tiles - 2 : 0;
  return plan;
}

std::optional<DepthwisePlan> conv::depthwisePlan(const Problem &p) {
  DepthwisePlan plan = stripPlan(p);
  int64_t width = plan.first, tiles = ceilDiv(p.ow, width);
  plan.skipLeft = p.pw;
  plan.skipRight = std::max<int64_t>(0, (p.ow - 1) * p.sw + (p.kw - 1) * p.dw - p.pw + 1 - p.iw);
  auto columns = [&](int64_t pixels) { return (pixels - 1) * p.sw + (p.kw - 1) * p.dw + 1; };
  int64_t outer = tiles > 1 ? plan.last : plan.first;
  if (plan.skipLeft >= columns(plan.first) || plan.skipRight >= columns(outer) ||
      (tiles == 1 && plan.skipLeft + plan.skipRight >= columns(plan.first)))
    return std::nullopt;
  // Only the outer tiles leave columns out: the second one must begin inside of the row, the last but one end there.
  if (tiles > 1 && (plan.skipLeft > width * p.sw ||
                    ((tiles - 1) * width - 1) * p.sw + (p.kw - 1) * p.dw - p.pw >= p.iw))
    return std::nullopt;
  return plan;
}

int64_t conv::channelsInBlock(const Problem &p, int64_t block) {
  int64_t icg = p.ic / p.groups, ocg = p.oc / p.groups;
  return icg == ocg && icg > 1 && block % icg == 0 ? icg : 0;
}

int64_t conv::winogradPitch(int64_t floats) {
  floats = llvm::alignTo(floats, 16);
  while (floats % 1024 != 80)
    floats += 16;
  return floats;
}

namespace {

class Selector {
public:
  Selector(mge::GroupOp group, const TargetSet &targets, const Problem &p, Choices &choices)
      : group(group), targets(targets), target(targets.best()), p(p), choices(choices), context(group.getContext()),
        blocked(mge::LayoutAttr::getChannelBlocked(context, targets.block)),
        rowMajor(mge::LayoutAttr::getRowMajor(context)) {}

  void run() {
    if (p.quantised)
      return int8();
    winograd(4);
    winograd(2);
    pointwise();
    direct();
    depthwise();
    grouped();
    planar();
  }

private:
  void refuse(StringRef row, const std::string &reason) { choices.refusals.push_back({row.str(), reason}); }

  /// Adds a candidate. `source` is the layout of the convolution's own operand.
  void accept(StringRef row, mge::LayoutAttr source, double nanoseconds, int64_t weightBytes,
              std::initializer_list<std::pair<const char *, int64_t>> tiles) {
    Candidate candidate;
    candidate.row = row.str();
    auto op = cast<mge::ConvOp>(group.getAnchor());
    int64_t src = group.operandNumber(op.getSrc());
    for (int64_t k = 0; k < group->getNumOperands(); ++k) {
      if (group.getWeight(k))
        candidate.operandLayouts.push_back({});
      else
        candidate.operandLayouts.push_back(k == src ? source : blocked);
    }
    // An operand that is both source and addend has one layout.
    if (src >= 0 && source != blocked && consumerKind(group, src) == OperandKind::Full)
      return refuse(row, "the source is an addend too");
    candidate.resultLayouts = {blocked};
    candidate.nanoseconds = nanoseconds * static_cast<double>(p.images) + 0.5 * streamed(weightBytes);
    candidate.weightBytes = weightBytes;
    Builder builder(context);
    SmallVector<NamedAttribute> attributes;
    for (auto &[name, value] : tiles)
      attributes.push_back(builder.getNamedAttr(name, builder.getI64IntegerAttr(value)));
    candidate.tiles = builder.getDictionaryAttr(attributes);
    choices.candidates.push_back(std::move(candidate));
  }

  double compute(double macs, double efficiency) const { return macs / (target.fmaPerNs * efficiency); }
  double streamed(double bytes) const { return bytes / target.bytesPerNs; }
  int64_t paddedIc() const { return llvm::alignTo(p.ic, targets.block); }
  int64_t paddedOc() const { return llvm::alignTo(p.oc, targets.block); }
  double lost() const { return static_cast<double>(paddedOc()) / static_cast<double>(p.oc); }
  double outputBytes() const { return 4.0 * static_cast<double>(paddedOc() * p.oh * p.ow); }
  double inputBytes() const { return 4.0 * static_cast<double>(paddedIc() * p.ih * p.iw); }

  /// Chunks enough for threads, and none smaller than some microseconds.
  int64_t wantedChunks() const { return std::clamp<int64_t>(p.macs() / 1000000, 1, 16); }

  bool dense(StringRef row) {
    if (p.groups == 1)
      return true;
    refuse(row, "needs a dense convolution, has " + std::to_string(p.groups) + " groups");
    return false;
  }

  void winograd(int64_t m) {
    std::string row = "conv_f32_blocked_winograd" + std::to_string(m);
    if (!dense(row))
      return;
    if (p.kh != 3 || p.kw != 3 || p.sh != 1 || p.sw != 1 || p.dh != 1 || p.dw != 1)
      return refuse(row, "needs a 3x3 filter with stride and dilation 1");
    if (p.ic < 16 || p.oc < 16)
      return refuse(row, "needs at least 16 channels on both sides");
    if (p.oh < 4 || p.ow < 4)
      return refuse(row, "needs maps of at least 4x4");
    int64_t a = m + 2, ty = ceilDiv(p.oh, m), tx = ceilDiv(p.ow, m);
    int64_t weights = a * a * p.ic * paddedOc() * 4;
    // A chunk of many tiles reads the weights once for all of them: worth more than keeping the transformed tiles in
    // L2.
    int64_t perRow = a * a * paddedIc() * tx * 4;
    int64_t rows = std::clamp<int64_t>(2 * target.l2Bytes / perRow, 1, ty);
    while (rows < ty && rows * tx < 2 * tileWidth(target, 2))
      ++rows;
    int64_t chunks = ceilDiv(ty, rows);
    rows = ceilDiv(ty, chunks);
    // A single chunk is split by output channels; each part transforms the input for itself.
    int64_t groups = channelGroups(p.oc, targets.block).size();
    int64_t splits = chunks == 1 ? std::min<int64_t>(groups, 2) : 1;
    double products =
        static_cast<double>(ty * tx * a * a) * static_cast<double>(p.ic) * static_cast<double>(paddedOc());
    // Transforms: about 14 vector operations an element and side, at a fifth of the rate of products.
    double transforms =
        static_cast<double>(ty * tx * a * a) * static_cast<double>(paddedIc() * splits + paddedOc()) * 4;
    // Weights beyond L2 come from L3 or memory, at half of the streaming rate; the products hide most of the shorter of
    // the two.
    double arithmetic = compute(products, 0.82) + compute(transforms, 0.35);
    double reading = weights > target.l2Bytes / 2 ? 1.3 * streamed(static_cast<double>(weights * chunks)) : 0;
    double cost = std::max(arithmetic, reading) + 0.25 * std::min(arithmetic, reading);
    accept(row, blocked, cost, weights, {{"tile_rows", rows}, {"splits", splits}});
  }

  void pointwise() {
    StringRef row = "conv_f32_blocked_1x1";
    if (!dense(row))
      return;
    if (p.kh != 1 || p.kw != 1 || p.sh != 1 || p.sw != 1 || p.ph || p.pw)
      return refuse(row, "needs a 1x1 filter with stride 1 and no padding");
    int64_t pixels = p.oh * p.ow;
    // The input of a chunk stays in a quarter of L2.
    int64_t chunk = std::max<int64_t>(tileWidth(target, 2), target.l2Bytes / 4 / (4 * paddedIc()));
    int64_t wanted = wantedChunks();
    chunk = std::min(chunk, ceilDiv(pixels, wanted));
    chunk = std::max<int64_t>(chunk, std::min<int64_t>(pixels, 4 * tileWidth(target, 2)));
    // Where the filter outweighs the input, chunks are channels: each weight is read once.
    int64_t weights = p.ic * paddedOc() * 4;
    if (static_cast<double>(weights) > 2 * inputBytes())
      chunk = pixels;
    int64_t chunks = ceilDiv(pixels, chunk);
    chunk = ceilDiv(pixels, chunks);
    int64_t groups = channelGroups(p.oc, targets.block).size();
    int64_t splits = std::clamp<int64_t>(ceilDiv(wanted, chunks), 1, groups);
    double restream =
        weights > target.l2Bytes / 2 ? 0.5 * static_cast<double>(weights) * static_cast<double>(chunks - 1) : 0;
    accept(row, blocked,
           compute(static_cast<double>(p.macs()) * lost(), 0.92) +
               streamed(0.5 * (inputBytes() + outputBytes()) + restream),
           weights, {{"pixels", chunk}, {"splits", splits}});
  }

  void direct() {
    StringRef row = "conv_f32_blocked_direct";
    int64_t icg = p.ic / p.groups, ocg = p.oc / p.groups;
    if (p.groups > 1 && (icg % targets.block || ocg % targets.block))
      return refuse(row, "needs groups of whole blocks of " + std::to_string(targets.block) + " channels, has " +
                             std::to_string(icg) + " to " + std::to_string(ocg));
    bool padded = p.ph || p.pw;
    int64_t icPadded = llvm::alignTo(icg, targets.block);
    int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1;
    // Rows of a strip: in half of L2, and enough chunks.
    auto stripRows = [&](int64_t rows) { return (rows - 1) * p.sh + (p.kh - 1) * p.dh + 1; };
    int64_t rows = p.oh;
    while (rows > 1 && stripRows(rows) * width * icPadded * 4 > target.l2Bytes / 2)
      --rows;
    int64_t groups = channelGroups(ocg, targets.block).size();
    int64_t chunks = ceilDiv(p.oh, rows), wanted = wantedChunks();
    if (chunks * p.groups < wanted) {
      chunks = std::min<int64_t>(p.oh, ceilDiv(wanted, p.groups));
      // Large filters are better read once: split channels instead of rows.
      if (icg * ocg * p.kh * p.kw * 4 > target.l2Bytes)
        chunks = ceilDiv(p.oh, rows);
    }
    rows = ceilDiv(p.oh, chunks);
    chunks = ceilDiv(p.oh, rows);
    int64_t splits = std::clamp<int64_t>(ceilDiv(wanted, chunks * p.groups), 1, groups);
    int64_t weights = icg * llvm::alignTo(ocg, targets.block) * p.groups * p.kh * p.kw * 4;
    // Tiles of seven columns leave registers idle; a flat run of pixels (the 1x1 row) does not.
    bool flat = p.kh == 1 && p.kw == 1 && p.sh == 1 && p.sw == 1 && !padded;
    double efficiency = flat ? 0.8 : p.ow % tileWidth(target, 2) && p.ow < 2 * tileWidth(target, 2) ? 0.72 : 0.9;
    double copies =
        padded ? 4.0 * static_cast<double>(stripRows(rows) * width * icPadded * chunks * p.groups * splits) : 0;
    accept(row, blocked,
           compute(static_cast<double>(p.macs()) * lost(), efficiency) + streamed(1.5 * copies + 0.5 * outputBytes()),
           weights, {{"rows", rows}, {"splits", splits}});
  }

  void int8() {
    StringRef row = "conv_qs8_blocked_direct";
    if (p.groups != 1)
      return refuse(row, "needs a dense convolution, has " + std::to_string(p.groups) + " groups");
    int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1;
    int64_t rows = p.oh;
    while (rows > 1 && ((rows - 1) * p.sh + (p.kh - 1) * p.dh + 1) * width * paddedIc() * 2 > target.l2Bytes / 2)
      --rows;
    int64_t chunks = std::max(ceilDiv(p.oh, rows), std::min<int64_t>(p.oh, wantedChunks()));
    rows = ceilDiv(p.oh, chunks);
    int64_t weights = paddedIc() * paddedOc() * p.kh * p.kw;
    // Four products an operation with byte dots, two otherwise.
    accept(row, blocked,
           compute(static_cast<double>(p.macs()) * lost(), target.vnni ? 3.4 : 1.6) + streamed(0.25 * inputBytes()),
           weights, {{"rows", rows}, {"splits", 1}});
  }

  void depthwise() {
    StringRef row = "conv_f32_blocked_depthwise";
    if (!p.depthwise())
      return refuse(row, "needs one input and one output channel a group, has " + std::to_string(p.ic / p.groups) +
                             " and " + std::to_string(p.oc / p.groups));
    if (p.kw > 7)
      return refuse(row, "needs filters of at most 7 columns");
    int64_t blocks = paddedOc() / targets.block;
    int64_t wanted = std::clamp<int64_t>(p.macs() / 300000, 1, 16);
    int64_t splits = std::clamp<int64_t>(ceilDiv(wanted, blocks), 1, std::max<int64_t>(1, p.oh / 4));
    int64_t rows = ceilDiv(p.oh, splits);
    int64_t weights = paddedOc() * p.kh * p.kw * 4;
    double slow = depthwisePlan(p) ? 1 : 1.6;
    accept(row, blocked,
           slow *
               (compute(static_cast<double>(p.macs()) * lost(), 0.5) + streamed(0.7 * (inputBytes() + outputBytes()))),
           weights, {{"rows", rows}});
  }

  void grouped() {
    StringRef row = "conv_f32_blocked_grouped";
    if (p.groups == 1 || p.depthwise())
      return refuse(row, "needs groups of several channels");
    if (p.kw > 7)
      return refuse(row, "needs filters of at most 7 columns");
    int64_t icg = p.ic / p.groups, blocks = paddedOc() / targets.block, inBlock = channelsInBlock(p, targets.block);
    // Gathered channels stay in half of L2; without gathering the map itself is read.
    int64_t rows = p.oh, width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1;
    while (!inBlock && rows > 1 &&
           icg * ((rows - 1) * p.sh + (p.kh - 1) * p.dh + 1) * width * targets.block * 4 > target.l2Bytes / 2)
      --rows;
    int64_t wanted = ceilDiv(wantedChunks(), blocks), chunks = std::max(ceilDiv(p.oh, rows), std::min(wanted, p.oh));
    rows = ceilDiv(p.oh, chunks);
    // Lanes of padding do work, and gathering moves single floats.
    double gathered = inBlock ? 0 : 0.6 * static_cast<double>(icg * paddedOc() * p.ih * p.iw);
    accept(row, blocked,
           compute(static_cast<double>(p.macs()) * lost(), 0.4) + gathered +
               streamed(0.7 * (inputBytes() + outputBytes())),
           icg * paddedOc() * p.kh * p.kw * 4, {{"rows", rows}});
  }

  void planar() {
    StringRef row = "conv_f32_planar_direct";
    if (!dense(row))
      return;
    if (p.ic > 8)
      return refuse(row, "needs at most 8 input channels, has " + std::to_string(p.ic));
    if (p.kw > 11)
      return refuse(row, "needs filters of at most 11 columns");
    int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1;
    int64_t rows = p.oh;
    while (rows > 1 && ((rows - 1) * p.sh + (p.kh - 1) * p.dh + 1) * width * p.ic * 4 > target.l1Bytes)
      --rows;
    int64_t chunks = std::max<int64_t>(ceilDiv(p.oh, rows), std::min<int64_t>(p.oh, wantedChunks()));
    rows = ceilDiv(p.oh, chunks);
    int64_t weights = p.ic * paddedOc() * p.kh * p.kw * 4;
    accept(row, rowMajor, compute(static_cast<double>(p.macs()) * lost(), 0.75) + streamed(0.5 * outputBytes()),
           weights, {{"rows", rows}});
  }

  mge::GroupOp group;
  const TargetSet &targets;
  const Target &target;
  const Problem &p;
  Choices &choices;
  MLIRContext *context;
  mge::LayoutAttr blocked, rowMajor;
};

struct ConvFamily : Family {
  llvm::StringRef name() const override { return "conv"; }
  bool owns(Operation *anchor) const override { return isa<mge::ConvOp>(anchor); }

  bool absorbs(Operation *anchor, Operation *consumer) const override {
    auto op = cast<mge::ConvOp>(anchor);
    auto type = dyn_cast<RankedTensorType>(op.getDst().getType());
    if (!type || !type.getElementType().isF32() || op.getFormat() != mge::ConvFormat::NCHW ||
        !mge::weightOf(op.getFilter()))
      return false;
    // The value that the consumer follows is the operand that this group computes.
    for (Value operand : consumer->getOperands())
      if (leadsTo(anchor, operand) && canConsume(operand, consumer))
        return true;
    return false;
  }

  void candidates(mge::GroupOp group, const TargetSet &targets, Choices &choices) const override {
    std::string reason;
    auto problem = problemOf(group, reason);
    if (!problem) {
      choices.refusals.push_back({"conv_f32_blocked_*", reason});
      return;
    }
    if (secondOf(group)) {
      // Joined by tile fusion, which offered the row and its tiles.
      Builder builder(group.getContext());
      Candidate candidate;
      candidate.row = "conv_f32_blocked_depthwise_1x1";
      candidate.tiles = builder.getDictionaryAttr(builder.getNamedAttr("rows", builder.getI64IntegerAttr(1)));
      choices.candidates.push_back(std::move(candidate));
      return;
    }
    Selector(group, targets, *problem, choices).run();
  }

  /// Depthwise, then 1x1: rows of the first go to scratch, a strip at a time, and the second reads them there.
  std::optional<Candidate> tileFused(mge::GroupOp producer, mge::GroupOp consumer,
                                     const TargetSet &targets) const override {
    if (producer.getRow() != "conv_f32_blocked_depthwise" || consumer.getRow() != "conv_f32_blocked_1x1")
      return std::nullopt;
    std::string reason;
    auto first = problemOf(producer, reason), second = problemOf(consumer, reason);
    if (!first || !second || !depthwisePlan(*first))
      return std::nullopt;
    auto pointwise = cast<mge::ConvOp>(consumer.getAnchor());
    int64_t source = consumer.operandNumber(pointwise.getSrc());
    if (source < 0 || consumer.getInputs()[source] != producer.getResult(0))
      return std::nullopt;
    // What follows the depthwise part works on scratch: it may read channels, not maps.
    for (unsigned k = 0; k < producer.getNumOperands(); ++k)
      if (consumerKind(producer, k) == OperandKind::Full)
        return std::nullopt;
    const Target &target = targets.best();
    int64_t channels = llvm::alignTo(first->oc, targets.block), between = channels * first->oh * first->ow * 4;
    int64_t weights = channels * llvm::alignTo(second->oc, targets.block) * 4;
    // It gains where the maps between do not fit into L2, and loses where weights are read once a strip.
    if (between <= target.l2Bytes / 2 || weights > target.l2Bytes / 4)
      return std::nullopt;
    int64_t rows = std::clamp<int64_t>(target.l2Bytes / 3 / (channels * first->ow * 4), 1, first->oh);
    if (rows * first->ow < tileWidth(target, 2))
      return std::nullopt;
    rows = ceilDiv(first->oh, ceilDiv(first->oh, rows));
    Builder builder(producer.getContext());
    Candidate candidate;
    candidate.row = "conv_f32_blocked_depthwise_1x1";
    candidate.tiles = builder.getDictionaryAttr(builder.getNamedAttr("rows", builder.getI64IntegerAttr(rows)));
    candidate.nanoseconds = producer.getCostNs()->convertToDouble() + consumer.getCostNs()->convertToDouble() -
                            static_cast<double>(between) / target.bytesPerNs;
    return candidate;
  }

  Packed pack(mge::GroupOp group, unsigned operand, const TargetSet &targets,
              llvm::ArrayRef<uint8_t> bytes) const override;
  LogicalResult build(mge::GroupOp group, const TargetSet &targets, const Target &target,
                      KernelBuilder &builder) const override;

private:
  /// Whether `value` is what `anchor` computes, possibly through elementwise operations with one user each.
  static bool leadsTo(Operation *anchor, Value value) {
    for (Operation *op = value.getDefiningOp(); op; ) {
      if (op == anchor)
        return true;
      if (!isa<mge::ElemwiseOp>(op) || !op->getResult(0).hasOneUse())
        return false;
      Operation *next = nullptr;
      for (Value operand : op->getOperands())
        if (Operation *definition = operand.getDefiningOp();
            definition && !isa<mge::ConstantOp>(definition) &&
            (definition == anchor || isa<mge::ElemwiseOp>(definition)) && leadsTo(anchor, operand))
          next = definition;
      if (!next)
        return false;
      op = next;
    }
    return false;
  }
};

} // namespace

namespace mgec::codegen::conv {
Packed packFilter(mge::GroupOp group, unsigned operand, const TargetSet &targets, llvm::ArrayRef<uint8_t> bytes);
LogicalResult buildNests(mge::GroupOp group, const TargetSet &targets, const Target &target, KernelBuilder &builder);
} // namespace mgec::codegen::conv

Packed ConvFamily::pack(mge::GroupOp group, unsigned operand, const TargetSet &targets,
                        llvm::ArrayRef<uint8_t> bytes) const {
  return packFilter(group, operand, targets, bytes);
}
LogicalResult ConvFamily::build(mge::GroupOp group, const TargetSet &targets, const Target &target,
                                KernelBuilder &builder) const {
  return buildNests(group, targets, target, builder);
}

const Family &codegen::convFamily() {
  static ConvFamily family;
  return family;
}
