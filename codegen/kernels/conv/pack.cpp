//===- pack.cpp - convolution filters in the order of their kernels ----------------------------------------------===//
#include "codegen/kernels/conv/family.h"

#include <cstring>

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::codegen::conv;

namespace {

/// G of winograd.hpp, whose header says where it comes from.
constexpr double kSqrt2 = 1.41421356237309504880;
constexpr double kWinograd4[6][3] = {{1, 0, 0},
                                     {-2.0 / 3, -kSqrt2 / 3, -1.0 / 3},
                                     {-2.0 / 3, kSqrt2 / 3, -1.0 / 3},
                                     {1.0 / 6, kSqrt2 / 6, 1.0 / 3},
                                     {1.0 / 6, -kSqrt2 / 6, 1.0 / 3},
                                     {0, 0, 1}};
constexpr double kWinograd2[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};

struct Filter {
  const Problem &p;
  std::vector<float> w; // [groups][oc/g][ic/g][kh][kw]
  int64_t icg() const { return p.ic / p.groups; }
  int64_t ocg() const { return p.oc / p.groups; }
  float at(int64_t oc, int64_t ic, int64_t r, int64_t s) const { return w[((oc * icg() + ic) * p.kh + r) * p.kw + s]; }
};

/// [conv group][channel group][ic block][kh][kw][ic in block][row], the order of conv::tile.
std::vector<float> packTile(const Filter &f, int64_t block) {
  std::vector<float> out;
  const Problem &p = f.p;
  for (int64_t g = 0; g < p.groups; ++g)
    for (ChannelGroup group : channelGroups(f.ocg(), block))
      for (int64_t ib = 0; ib < f.icg(); ib += block)
        for (int64_t r = 0; r < p.kh; ++r)
          for (int64_t s = 0; s < p.kw; ++s)
            for (int64_t i = ib; i < std::min(f.icg(), ib + block); ++i)
              for (int64_t l = 0; l < group.width; ++l) {
                int64_t oc = group.start + l;
                out.push_back(oc < f.ocg() ? f.at(g * f.ocg() + oc, i, r, s) : 0.0f);
              }
  return out;
}

/// [channel group][ic][kh][kw][row], the order of conv::planar_tile.
std::vector<float> packPlanar(const Filter &f, int64_t block) {
  std::vector<float> out;
  const Problem &p = f.p;
  for (ChannelGroup group : channelGroups(p.oc, block))
    for (int64_t i = 0; i < p.ic; ++i)
      for (int64_t r = 0; r < p.kh; ++r)
        for (int64_t s = 0; s < p.kw; ++s)
          for (int64_t l = 0; l < group.width; ++l) {
            int64_t oc = group.start + l;
            out.push_back(oc < p.oc ? f.at(oc, i, r, s) : 0.0f);
          }
  return out;
}

/// [block][kh][kw][lane], the order of conv::depthwise.
std::vector<float> packDepthwise(const Filter &f, int64_t block) {
  std::vector<float> out;
  const Problem &p = f.p;
  for (int64_t b = 0; b < p.oc; b += block)
    for (int64_t r = 0; r < p.kh; ++r)
      for (int64_t s = 0; s < p.kw; ++s)
        for (int64_t l = 0; l < block; ++l)
          out.push_back(b + l < p.oc ? f.at(b + l, 0, r, s) : 0.0f);
  return out;
}

/// [block][kh][channel in group][kw][lane], the order of conv::depthwise for groups that lie in blocks.
std::vector<float> packGrouped(const Filter &f, int64_t block) {
  std::vector<float> out;
  const Problem &p = f.p;
  for (int64_t b = 0; b < p.oc; b += block)
    for (int64_t r = 0; r < p.kh; ++r)
      for (int64_t i = 0; i < f.icg(); ++i)
        for (int64_t s = 0; s < p.kw; ++s)
          for (int64_t l = 0; l < block; ++l)
            out.push_back(b + l < p.oc ? f.at(b + l, i, r, s) : 0.0f);
  return out;
}

/// [block][channel in group][kh][kw][lane], then which source channel each lane of each plane reads (-1 for none), as
/// int32 [block][channel in group][lane]: the order of conv::gather_strip and conv::depthwise.
std::vector<float> packGathered(const Filter &f, int64_t block) {
  std::vector<float> out;
  const Problem &p = f.p;
  for (int64_t b = 0; b < p.oc; b += block)
    for (int64_t i = 0; i < f.icg(); ++i)
      for (int64_t r = 0; r < p.kh; ++r)
        for (int64_t s = 0; s < p.kw; ++s)
          for (int64_t l = 0; l < block; ++l)
            out.push_back(b + l < p.oc ? f.at(b + l, i, r, s) : 0.0f);
  for (int64_t b = 0; b < p.oc; b += block)
    for (int64_t i = 0; i < f.icg(); ++i)
      for (int64_t l = 0; l < block; ++l) {
        int32_t from = b + l < p.oc ? static_cast<int32_t>((b + l) / f.ocg() * f.icg() + i) : -1;
        out.emplace_back();
        std::memcpy(&out.back(), &from, sizeof from);
      }
  return out;
}

/// [channel group][xi][ic][row] of the transformed filter.
template <int A> std::vector<float> packWinograd(const Filter &f, int64_t block, const double (&g)[A][3]) {
  const Problem &p = f.p;
  std::vector<double> u(p.oc * p.ic * A * A);
  for (int64_t pair = 0; pair < p.oc * p.ic; ++pair) {
    const float *w = f.w.data() + pair * 9;
    double t[A][3];
    for (int i = 0; i < A; ++i)
      for (int s = 0; s < 3; ++s)
        t[i][s] = g[i][0] * w[s] + g[i][1] * w[3 + s] + g[i][2] * w[6 + s];
    for (int i = 0; i < A; ++i)
      for (int j = 0; j < A; ++j)
        u[pair * A * A + i * A + j] = t[i][0] * g[j][0] + t[i][1] * g[j][1] + t[i][2] * g[j][2];
  }
  std::vector<float> out;
  out.reserve(llvm::alignTo(p.oc, block) * p.ic * A * A);
  for (ChannelGroup group : channelGroups(p.oc, block))
    for (int64_t xi = 0; xi < A * A; ++xi)
      for (int64_t i = 0; i < p.ic; ++i)
        for (int64_t l = 0; l < group.width; ++l) {
          int64_t oc = group.start + l;
          out.push_back(oc < p.oc ? static_cast<float>(u[(oc * p.ic + i) * A * A + xi]) : 0.0f);
        }
  return out;
}

/// [channel group][ic block][kh][kw][block / 4][row][4 input channels], then the sum of each output channel's weights:
/// the order of conv::int8_tile.
Packed packInt8(const Problem &p, int64_t block, llvm::ArrayRef<uint8_t> bytes) {
  const auto *w = reinterpret_cast<const int8_t *>(bytes.data());
  Packed packed{"int8_oihw" + std::to_string(block), {}};
  auto at = [&](int64_t oc, int64_t ic, int64_t r, int64_t s) -> int8_t {
    return oc < p.oc && ic < p.ic ? w[((oc * p.ic + ic) * p.kh + r) * p.kw + s] : int8_t(0);
  };
  int64_t padded = llvm::alignTo(p.oc, block);
  for (int64_t start = 0; start < padded; start += 2 * block) {
    int64_t width = std::min(2 * block, padded - start);
    for (int64_t ib = 0; ib < p.ic; ib += block)
      for (int64_t r = 0; r < p.kh; ++r)
        for (int64_t s = 0; s < p.kw; ++s)
          for (int64_t q = 0; q < block; q += 4)
            for (int64_t l = 0; l < width; ++l)
              for (int64_t j = 0; j < 4; ++j)
                packed.bytes.push_back(static_cast<uint8_t>(at(start + l, ib + q + j, r, s)));
  }
  packed.bytes.resize(llvm::alignTo(packed.bytes.size(), 64));
  std::vector<int32_t> sums(llvm::alignTo(padded, 16), 0);
  for (int64_t oc = 0; oc < p.oc; ++oc)
    for (int64_t i = 0; i < p.ic * p.kh * p.kw; ++i)
      sums[oc] += w[oc * p.ic * p.kh * p.kw + i];
  const auto *raw = reinterpret_cast<const uint8_t *>(sums.data());
  packed.bytes.insert(packed.bytes.end(), raw, raw + sums.size() * 4);
  return packed;
}

} // namespace

namespace mgec::codegen::conv {

Packed packFilter(mge::GroupOp group, unsigned operand, const TargetSet &targets, llvm::ArrayRef<uint8_t> bytes) {
  std::string reason;
  mge::ConvOp second = secondOf(group);
  bool isSecond = second && group.operandNumber(second.getFilter()) == operand;
  auto problem = problemOf(group, reason, isSecond ? second : mge::ConvOp());
  if (problem->quantised) {
    auto op = cast<mge::ConvOp>(group.getAnchor());
    if (group.operandNumber(op.getFilter()) == operand)
      return packInt8(*problem, targets.block, bytes);
    Packed bias{"channel16", bytes.vec()}; // padded to whole vectors
    bias.bytes.resize(llvm::alignTo(llvm::alignTo(problem->oc, targets.block) * 4, 64), 0);
    return bias;
  }
  Filter filter{*problem, std::vector<float>(bytes.size() / 4)};
  std::memcpy(filter.w.data(), bytes.data(), bytes.size());
  StringRef row = *group.getRow();
  if (second)
    row = isSecond ? "conv_f32_blocked_1x1" : "conv_f32_blocked_depthwise";
  std::vector<float> out;
  std::string form, block = std::to_string(targets.block);
  if (row.ends_with("winograd4")) {
    out = packWinograd(filter, targets.block, kWinograd4);
    form = "winograd4_oi" + block;
  } else if (row.ends_with("winograd2")) {
    out = packWinograd(filter, targets.block, kWinograd2);
    form = "winograd2_oi" + block;
  } else if (row.ends_with("depthwise")) {
    out = packDepthwise(filter, targets.block);
    form = "ohw" + block;
  } else if (row.ends_with("grouped")) {
    bool inBlock = channelsInBlock(*problem, targets.block) > 0;
    out = inBlock ? packGrouped(filter, targets.block) : packGathered(filter, targets.block);
    form = (inBlock ? "ohiw" : "oihw_gather") + block;
  } else if (row.ends_with("planar_direct")) {
    out = packPlanar(filter, targets.block);
    form = "oihw_row" + block;
  } else {
    out = packTile(filter, targets.block);
    form = "oihw_tile" + block;
  }
  Packed packed{form, std::vector<uint8_t>(out.size() * 4)};
  std::memcpy(packed.bytes.data(), out.data(), packed.bytes.size());
  return packed;
}

} // namespace mgec::codegen::conv
