//===- emit.cpp - loop nests around the convolution micro-kernels ------------------------------------------------===//
#include "codegen/kernels/conv/family.h"

#include <functional>

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::codegen::conv;


namespace {

std::string text(int64_t value) { return std::to_string(value); }

/// Where the pixels under a tile's taps are, in floats (direct.hpp).
struct Source {
  int64_t block, tapRow, tapColumn, line; // between channel blocks, filter rows, filter columns, output rows
  int64_t pixel;                          // between output pixels
};

class Nests {
public:
  Nests(mge::GroupOp group, const TargetSet &targets, const Target &target, const Problem &p, KernelBuilder &builder)
      : group(group), target(target), p(p), builder(builder), block(targets.block), lanes(target.lanes),
        op(cast<mge::ConvOp>(group.getAnchor())), src(group.operandNumber(op.getSrc())),
        filter(group.operandNumber(op.getFilter())) {}

  LogicalResult direct() {
    int64_t rows = tileAttr(group, "rows"), splits = tileAttr(group, "splits");
    int64_t icg = p.ic / p.groups, ocg = p.oc / p.groups;
    std::vector<ChannelGroup> groups = channelGroups(ocg, block);
    int64_t strips = ceilDiv(p.oh, rows), perSplit = ceilDiv(groups.size(), splits);
    splits = ceilDiv(groups.size(), perSplit);
    int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1, stripRows = (rows - 1) * p.sh + (p.kh - 1) * p.dh + 1;
    bool padded = p.ph || p.pw;
    int64_t icBlocks = ceilDiv(icg, block);
    return builder.kernel("", options(strips * splits * p.groups, "conv/direct.hpp", "conv/strip.hpp"), [&](Nest &n) {
      // Chunks: strips fastest, so that neighbours share the filter.
      Idx chunk = chunkOf(n, strips * splits * p.groups);
      Idx strip = chunk % strips, split = chunk / strips % splits, convGroup = chunk / (strips * splits);
      Idx oh0 = strip * rows;
      Ptr source = n.at(n.in(src), sourceBase + convGroup * (icBlocks * p.ih * p.iw * block));
      Ptr x = source;
      Source at;
      at.pixel = p.sw * block;
      if (padded) {
        Ptr buffer = n.scratchF32(icBlocks * stripRows * width * block);
        n.micro("conv::strip<" + text(block) + ">",
                {source, p.ih * p.iw * block, p.iw * block, oh0 * p.sh - p.ph, 1, p.ih, p.pw, 1, p.iw, buffer, icBlocks,
                 stripRows, width, 0, "0.0f", "conv::Copy{}"});
        x = buffer;
        at.block = stripRows * width * block;
        at.tapRow = width * block * p.dh;
        at.line = width * block * p.sh;
      } else {
        x = n.at(source, oh0 * (p.sh * p.iw * block));
        at.block = p.ih * p.iw * block;
        at.tapRow = p.iw * block * p.dh;
        at.line = p.iw * block * p.sh;
      }
      at.tapColumn = p.dw * block;
      Idx outRow = resultBase + oh0 * (p.ow * block) + convGroup * (ocg * p.oh * p.ow);
      eachGroup(n, groups, perSplit, split, icg * p.kh * p.kw, convGroup * (icg * p.kh * p.kw * paddedWidth(groups)),
                [&](int64_t groupWidth, Idx start, Ptr weights) {
                  Idx channel = start + convGroup * ocg;
                  auto row = [&](Idx oh) {
                    passes(n, groupWidth, [&](int64_t vectors, int64_t lane) {
                      rowTiles(n, vectors, groupWidth, p.ow, 1, n.at(x, oh * at.line), at, icg, n.at(weights, lane),
                               channel + lane, outRow + start * (p.oh * p.ow) + oh * (p.ow * block) + lanePlace(lane),
                               p.oh * p.ow * block, p.ow * block, true);
                    });
                  };
                  // Seven columns in tiles of six lose too much: two rows share a tile of three columns.
                  if (p.ow == 7 && tileWidth(target, 2) == 6 && groupWidth / lanes == 2 && p.oh % rows == 0)
                    rowPairs(n, groupWidth, rows, x, at, icg, weights, channel, outRow + start * (p.oh * p.ow));
                  else
                    n.loop("oh", 0, n.min(Idx(rows), Idx(p.oh) - oh0), 1, row);
                });
    });
  }

  LogicalResult pointwise() {
    int64_t pixels = tileAttr(group, "pixels"), splits = tileAttr(group, "splits"), all = p.oh * p.ow;
    std::vector<ChannelGroup> groups = channelGroups(p.oc, block);
    int64_t perSplit = ceilDiv(groups.size(), splits), pieces = ceilDiv(all, pixels);
    splits = ceilDiv(groups.size(), perSplit);
    int64_t last = all - (pieces - 1) * pixels;
    return builder.kernel("", options(pieces * splits, "conv/direct.hpp"), [&](Nest &n) {
      Idx chunk = chunkOf(n, pieces * splits), piece = chunk % pieces, split = chunk / pieces;
      Source at = {all * block, 0, 0, 0, block};
      Ptr x = n.at(n.in(src), sourceBase + piece * (pixels * block));
      eachGroup(n, groups, perSplit, split, p.ic, 0, [&](int64_t groupWidth, Idx start, Ptr weights) {
        auto run = [&](int64_t count) {
          passes(n, groupWidth, [&](int64_t vectors, int64_t lane) {
            rowTiles(n, vectors, groupWidth, count, 1, x, at, p.ic, n.at(weights, lane), start + lane,
                     resultBase + start * all + piece * (pixels * block) + lanePlace(lane), all * block, 0, true);
          });
        };
        if (last == pixels)
          run(pixels);
        else
          n.ifLess(piece, pieces - 1, [&] { run(pixels); }, [&] { run(last); });
      });
    });
  }

  LogicalResult planar() {
    int64_t rows = tileAttr(group, "rows"), strips = ceilDiv(p.oh, rows);
    std::vector<ChannelGroup> groups = channelGroups(p.oc, block);
    int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1, stripRows = (rows - 1) * p.sh + (p.kh - 1) * p.dh + 1;
    return builder.kernel("", options(strips, "conv/direct.hpp", "conv/strip.hpp"), [&](Nest &n) {
      Idx oh0 = chunkOf(n, strips) * rows;
      Ptr buffer = n.scratchF32(p.ic * stripRows * width);
      n.micro("conv::strip<1>", {n.at(n.in(src), sourceBase), p.ih * p.iw, p.iw, oh0 * p.sh - p.ph, 1, p.ih, p.pw, 1,
                                 p.iw, buffer, p.ic, stripRows, width, 0, "0.0f", "conv::Copy{}"});
      eachGroup(n, groups, groups.size(), 0, p.ic * p.kh * p.kw, 0, [&](int64_t groupWidth, Idx start, Ptr weights) {
        n.loop("oh", 0, n.min(Idx(rows), Idx(p.oh) - oh0), 1, [&](Idx oh) {
          passes(n, groupWidth, [&](int64_t vectors, int64_t lane) {
            eachTile(n, p.ow, tileWidth(target, vectors), [&](int64_t tile, Idx ow) {
              n.micro("conv::planar_tile<" + text(block) + ", " + text(vectors) + ", 1, " + text(tile) + ", " +
                          text(p.sw) + ", " + text(p.kw) + ", " + text(p.dw) + ", " + text(groupWidth) + ", " + tail() +
                          ">",
                      {n.at(buffer, oh * (p.sh * width) + ow * p.sw), stripRows * width, width * p.dh, 0, p.ic, p.kh,
                       n.at(weights, lane), n.out(), p.oh * p.ow * block, 0, p.oc, start + lane,
                       resultBase + start * (p.oh * p.ow) + (oh0 + oh) * (p.ow * block) + ow * block + lanePlace(lane)},
                      Nest::kConsumer);
            });
          });
        });
      });
    });
  }

  LogicalResult int8() {
    int64_t rows = tileAttr(group, "rows"), strips = ceilDiv(p.oh, rows), icBlocks = ceilDiv(p.ic, block);
    int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1, stripRows = (rows - 1) * p.sh + (p.kh - 1) * p.dh + 1;
    int64_t padded = llvm::alignTo(p.oc, block), filterBytes = icBlocks * block * p.kh * p.kw; // of one output channel
    int64_t dstBlock = p.oh * p.ow * block;
    float scale = mge::quantisationOf(cast<RankedTensorType>(op.getSrc().getType()).getElementType()).first *
                  mge::quantisationOf(cast<RankedTensorType>(op.getFilter().getType()).getElementType()).first;
    Type result = cast<RankedTensorType>(op.getDst().getType()).getElementType();
    KernelOptions settings = options(strips, "conv/int8.hpp", "conv/strip.hpp");
    settings.headers.push_back("conv/requantise.hpp");
    settings.consumer = false;
    return builder.kernel("", settings, [&](Nest &n) {
      Idx oh0 = chunkOf(n, strips) * rows;
      // Elements of the strip are bytes where the target multiplies bytes, else 16 bits.
      auto elementType = IntegerType::get(group.getContext(), target.vnni ? 8 : 16,
                                          target.vnni ? IntegerType::Unsigned : IntegerType::Signed);
      Ptr buffer = n.scratch(icBlocks * stripRows * width * block * 2, elementType);
      n.micro("conv::strip<" + text(block) + ">",
              {n.at(n.in(src), sourceBase), p.ih * p.iw * block, p.iw * block, oh0 * p.sh - p.ph, 1, p.ih, p.pw, 1,
               p.iw, buffer, icBlocks, stripRows, width, 0, std::string("conv::strip_zero<int8_t>(0)"),
               std::string("conv::Shift<conv::StripElement>{conv::strip_shift<int8_t>(0)}")});
      Ptr weights = n.packed(filter);
      int64_t biasNumber = op.getExtra().empty() ? -1 : group.operandNumber(op.getExtra()[0]);
      bool requantised = mge::elementBits(result) == 8;
      std::string functor = "conv::AddBias{$}";
      if (requantised)
        functor = "conv::Requantise<" + std::string(op.getNonlineMode() == mge::NonlineMode::RELU ? "true" : "false") +
                  ">{$, " + floatLiteral(scale / mge::quantisationOf(result).first) + "}";
      Arg consumer;
      if (biasNumber >= 0)
        consumer = Around{functor, n.packed(biasNumber)};
      else
        consumer = functor.replace(functor.find('$'), 1, "nullptr");
      Around sums{"reinterpret_cast<const int32_t*>($ + " + text(llvm::alignTo(padded * filterBytes, 64)) + ")",
                  weights};
      auto channels = [&](int64_t row, Idx start) {
        // Vectors of sums hold half as many channels where products come in pairs.
        int64_t vectors = target.vnni && (row / lanes) % 2 ? 1 : 2,
                channelsAPass = target.vnni ? vectors * lanes : lanes;
        int64_t widest = target.vnni ? tileWidth(target, vectors) : 5;
        n.loop("oh", 0, n.min(Idx(rows), Idx(p.oh) - oh0), 1, [&](Idx oh) {
          for (int64_t lane = 0; lane < row; lane += channelsAPass)
            eachTile(n, p.ow, widest, [&](int64_t tile, Idx ow) {
              n.micro("conv::int8_tile<" + text(block) + ", " + text(vectors) + ", 1, " + text(tile) + ", " +
                          text(p.sw) + ", " + text(row) + ", " + tail() + ">",
                      {n.at(buffer, oh * (p.sh * width * block) + ow * (p.sw * block)), stripRows * width * block,
                       width * block * p.dh, p.dw * block, 0, icBlocks, p.kh, p.kw,
                       n.at(weights, start * filterBytes + lane * 4), std::string("conv::strip_zero<int8_t>(0)"), sums,
                       n.out(), dstBlock, 0, p.oc, start + lane,
                       resultBase + start * (p.oh * p.ow) + (oh0 + oh) * (p.ow * block) + ow * block + lanePlace(lane),
                       consumer});
            });
        });
      };
      int64_t even = padded / (2 * block);
      n.loop("og", 0, even, 1, [&](Idx og) { channels(2 * block, og * (2 * block)); });
      if (padded % (2 * block))
        channels(block, Idx(even * 2 * block));
    });
  }

  /// Depthwise, and grouped convolution whose groups lie in blocks (`cpg` channels each).
  LogicalResult depthwise(int64_t cpg = 1) {
    int64_t rows = tileAttr(group, "rows"), splits = ceilDiv(p.oh, rows), blocks = ceilDiv(p.oc, block);
    auto plan = depthwisePlan(p);
    int64_t dstBlock = p.oh * p.ow * block, filterBlock = p.kh * cpg * p.kw * block;
    return builder.kernel("", options(blocks * splits, "conv/depthwise.hpp", "conv/strip.hpp"), [&](Nest &n) {
      Idx chunk = chunkOf(n, blocks * splits), b = chunk / splits, oh0 = chunk % splits * rows;
      Idx oh1 = n.min(oh0 + rows, Idx(p.oh));
      Ptr x = n.at(n.in(src), sourceBase + b * (p.ih * p.iw * block)),
          weights = n.at(n.packed(filter), b * filterBlock);
      if (plan) {
        depthwiseRows(n, cpg, *plan, {x, p.iw * block, 0, 1, p.ih, p.ph}, weights, oh0, oh1, b * block,
                      resultBase + b * dstBlock);
        return;
      }
      int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1, height = (p.oh - 1) * p.sh + (p.kh - 1) * p.dh + 1;
      Ptr buffer = n.scratchF32(height * width * block);
      n.micro("conv::strip<" + text(block) + ">",
              {x, 0, p.iw * block, -p.ph, 1, p.ih, p.pw, 1, p.iw, buffer, 1, height, width, 0, "0.0f", "conv::Copy{}"});
      depthwiseRows(n, cpg, stripPlan(p), {buffer, width * block, 0, 1, height, 0}, weights, oh0, oh1, b * block,
                    resultBase + b * dstBlock);
    });
  }

  /// Groups of any size: for each block of output channels the inputs of its lanes are gathered, a plane for each
  /// channel of a group, and the planes summed as depthwise convolutions.
  LogicalResult gathered() {
    int64_t icg = p.ic / p.groups, rows = tileAttr(group, "rows"), splits = ceilDiv(p.oh, rows),
            blocks = ceilDiv(p.oc, block);
    int64_t width = (p.ow - 1) * p.sw + (p.kw - 1) * p.dw + 1, height = (rows - 1) * p.sh + (p.kh - 1) * p.dh + 1;
    int64_t filterBlock = icg * p.kh * p.kw * block,
            table = blocks * filterBlock; // the table of channels follows the filter
    return builder.kernel("", options(blocks * splits, "conv/depthwise.hpp", "conv/strip.hpp"), [&](Nest &n) {
      Idx chunk = chunkOf(n, blocks * splits), b = chunk / splits, oh0 = chunk % splits * rows;
      Ptr buffer = n.scratchF32(icg * height * width * block);
      n.micro("conv::gather_strip<" + text(block) + ">",
              {n.at(n.in(src), sourceBase), p.ih * p.iw * block, p.iw * block, oh0 * p.sh - p.ph, p.ih, p.pw, p.iw,
               Around{"reinterpret_cast<const int32_t*>($)", n.at(n.packed(filter), b * (icg * block) + table)}, buffer,
               icg, height, width});
      depthwiseRows(n, 1, stripPlan(p), {buffer, width * block, height * width * block, icg, height, 0},
                    n.at(n.packed(filter), b * filterBlock), 0, n.min(Idx(rows), Idx(p.oh) - oh0), b * block,
                    resultBase + b * (p.oh * p.ow * block) + oh0 * (p.ow * block));
    });
  }

  LogicalResult grouped() {
    int64_t cpg = channelsInBlock(p, block);
    return cpg ? depthwise(cpg) : gathered();
  }

  /// Rows of the depthwise part (p) in scratch, `rows` at a time; the 1x1 part reads them as its map.
  LogicalResult depthwisePointwise() {
    mge::ConvOp second = secondOf(group);
    std::string reason;
    auto q = problemOf(group, reason, second);
    auto plan = depthwisePlan(p);
    int64_t rows = tileAttr(group, "rows"), strips = ceilDiv(p.oh, rows), blocks = ceilDiv(p.oc, block);
    int64_t lastRows = p.oh - (strips - 1) * rows, strip = rows * p.ow * block;
    std::vector<ChannelGroup> groups = channelGroups(q->oc, block);
    KernelOptions settings = options(strips, "conv/depthwise.hpp", "conv/direct.hpp");
    settings.consumer = false;
    settings.functors = {{"producer", op}, {"consumer", second}};
    return builder.kernel("", settings, [&](Nest &n) {
      Idx chunk = chunkOf(n, strips), oh0 = chunk * rows;
      Ptr buffer = n.scratchF32(blocks * strip);
      n.loop("ib", 0, blocks, 1, [&](Idx b) {
        depthwiseRows(n, 1, *plan,
                      {n.at(n.in(src), sourceBase + b * (p.ih * p.iw * block)), p.iw * block, 0, 1, p.ih, p.ph},
                      n.at(n.packed(filter), b * (p.kh * p.kw * block)), oh0, n.min(oh0 + rows, Idx(p.oh)), b * block,
                      b * strip - oh0 * (p.ow * block), buffer, "producer");
      });
      // From here on the problem is the second one.
      p = *q;
      filter = group.operandNumber(second.getFilter());
      Source at = {strip, 0, 0, 0, block};
      eachGroup(n, groups, groups.size(), 0, p.ic, 0, [&](int64_t groupWidth, Idx start, Ptr weights) {
        auto run = [&](int64_t count) {
          passes(n, groupWidth, [&](int64_t vectors, int64_t lane) {
            rowTiles(n, vectors, groupWidth, count * p.ow, 1, buffer, at, p.ic, n.at(weights, lane), start + lane,
                     resultBase + start * (p.oh * p.ow) + oh0 * (p.ow * block) + lanePlace(lane), p.oh * p.ow * block,
                     0, true);
          });
        };
        if (lastRows == rows)
          run(rows);
        else
          n.ifLess(chunk, strips - 1, [&] { run(rows); }, [&] { run(lastRows); });
      });
    });
  }

  LogicalResult winograd(int64_t m) {
    int64_t a = m + 2, ty = ceilDiv(p.oh, m), tx = ceilDiv(p.ow, m), icBlocks = ceilDiv(p.ic, block);
    int64_t rows = tileAttr(group, "tile_rows"), splits = tileAttr(group, "splits"), bands = ceilDiv(ty, rows);
    std::vector<ChannelGroup> groups = channelGroups(p.oc, block);
    int64_t perSplit = ceilDiv(groups.size(), splits);
    splits = ceilDiv(groups.size(), perSplit);
    int64_t widest = 0;
    for (ChannelGroup g : groups)
      widest = std::max(widest, g.width);
    int64_t rowsLast = ty - (bands - 1) * rows;
    std::string m_ = text(m), b_ = text(block);
    return builder.kernel("", options(bands * splits, "conv/direct.hpp", "conv/winograd.hpp"), [&](Nest &n) {
      Idx chunk = chunkOf(n, bands * splits), band = chunk % bands, split = chunk / bands, row0 = band * rows;
      Ptr v = n.scratchF32(a * a * winogradPitch(icBlocks * rows * tx * block));
      Ptr products = n.scratchF32(a * a * winogradPitch(widest * rows * tx));
      auto run = [&](int64_t count) {
        int64_t tiles = count * tx, vPitch = winogradPitch(icBlocks * tiles * block);
        n.loop("ib", 0, icBlocks, 1, [&](Idx ib) {
          n.loop("row", 0, count, 1, [&](Idx row) {
            n.micro("conv::winograd_input<" + m_ + ", " + b_ + ">",
                    {n.at(n.in(src), sourceBase + ib * (p.ih * p.iw * block)), p.iw * block, p.ih, p.iw,
                     (row0 + row) * m - p.ph, -p.pw, tx, n.at(v, ib * (tiles * block) + row * (tx * block)), vPitch});
          });
        });
        eachGroup(n, groups, perSplit, split, a * a * p.ic, 0, [&](int64_t groupWidth, Idx start, Ptr weights) {
          int64_t pitch = winogradPitch(groupWidth * tiles);
          Source at = {tiles * block, 0, 0, 0, block};
          n.loop("xi", 0, a * a, 1, [&](Idx xi) {
            passes(n, groupWidth, [&](int64_t vectors, int64_t lane) {
              rowTiles(n, vectors, groupWidth, tiles, 1, n.at(v, xi * vPitch), at, p.ic,
                       n.at(weights, xi * (p.ic * groupWidth) + lane), 0,
                       Idx(lane / block * tiles * block + lane % block), tiles * block, 0, false,
                       n.at(products, xi * pitch));
            });
          });
          n.loop("ob", 0, groupWidth / block, 1, [&](Idx ob) {
            n.loop("row", 0, count, 1, [&](Idx row) {
              n.micro("conv::winograd_output<" + m_ + ", " + b_ + ", " + tail() + ">",
                      {n.at(products, ob * (tiles * block) + row * (tx * block)), pitch, n.out(), p.ow * block, p.oh,
                       p.ow, (row0 + row) * m, tx, p.oc, start + ob * block,
                       resultBase + start * (p.oh * p.ow) + ob * (p.oh * p.ow * block)},
                      Nest::kConsumer);
            });
          });
        });
      };
      if (rowsLast == rows)
        run(rows);
      else
        n.ifLess(band, bands - 1, [&] { run(rows); }, [&] { run(rowsLast); });
    });
  }

private:
  KernelOptions options(int64_t chunks, const char *header, const char *second = nullptr) const {
    KernelOptions options;
    options.chunks = chunks * p.images;
    options.headers = {header};
    if (second)
      options.headers.push_back(second);
    return options;
  }

  /// The chunk within its image; sets where the image begins in source and destination.
  Idx chunkOf(Nest &n, int64_t perImage) {
    Idx image = p.images == 1 ? Idx(0) : perImage == 1 ? n.chunk() : n.chunk() / perImage;
    sourceBase = image * (n.inSampleElements(src) / p.images);
    resultBase = image * (n.outSampleElements() / p.images);
    return p.images == 1 ? n.chunk() : perImage == 1 ? Idx(0) : n.chunk() % perImage;
  }

  /// What a depthwise kernel reads: rows of a map or of a strip, `planes` of them to sum.
  struct Planes {
    Ptr x;
    int64_t row, plane, planes, height, pad;
  };
  /// Output rows oh0 ... oh1 - 1 of one channel block.
  void depthwiseRows(Nest &n, int64_t cpg, const DepthwisePlan &plan, const Planes &from, Ptr weights, Idx oh0, Idx oh1,
                     Idx channel, Idx offset, std::optional<Ptr> dst = std::nullopt,
                     const char *functor = Nest::kConsumer) {
    n.micro("conv::depthwise<" + text(block) + ", " + text(cpg) + ", " + text(p.kw) + ", " + text(p.sw) + ", " +
                text(p.dw) + ", " + text(plan.first) + ", " + text(plan.middle) + ", " + text(plan.last) + ", " +
                text(plan.skipLeft) + ", " + text(plan.skipRight) + ", " + tail() + ">",
            {from.x, from.row, from.plane, from.planes, from.height, from.pad, p.sh, p.dh, p.kh, weights,
             dst ? *dst : n.out(), p.ow * block, oh0, oh1, plan.count, p.oc, channel, offset},
            functor);
  }

  std::string tail() const { return p.oc % block ? "true" : "false"; }
  static int64_t paddedWidth(const std::vector<ChannelGroup> &groups) {
    return groups.back().start + groups.back().width;
  }
  /// Offset of lane `lane` of a channel group whose blocks are maps of oh x ow.
  int64_t lanePlace(int64_t lane) const { return lane / block * (p.oh * p.ow * block) + lane % block; }

  /// Runs `body` for the channel groups of a split. Equal groups become one loop; `rows` is weight rows of a group.
  void eachGroup(Nest &n, const std::vector<ChannelGroup> &groups, int64_t perSplit, Idx split, int64_t rows,
                 Idx weightBase, const std::function<void(int64_t width, Idx start, Ptr weights)> &body) {
    Ptr weights = n.packed(filter);
    int64_t count = groups.size(), normal = groups.front().width;
    // All groups but the last have one width.
    bool oddLast = groups.back().width != normal;
    int64_t even = oddLast ? count - 1 : count;
    Idx first = split * perSplit, last = n.min(first + perSplit, Idx(even));
    if (even > 0)
      n.loop("og", first, last, 1, [&](Idx og) {
        body(normal, og * normal, n.at(weights, weightBase + og * (normal * rows)));
      });
    if (!oddLast)
      return;
    auto odd = [&] {
      body(groups.back().width, Idx(groups.back().start), n.at(weights, weightBase + groups.back().start * rows));
    };
    // The last split runs it.
    int64_t splits = ceilDiv(count, perSplit);
    if (splits == 1)
      odd();
    else
      n.ifLess(Idx(splits - 2), split, odd);
  }

  /// Passes of one, two or three vectors over a group's channels.
  void passes(Nest &, int64_t width, const std::function<void(int64_t vectors, int64_t lane)> &body) {
    int64_t vectors = width / lanes;
    int64_t pass = vectors == 3 && block == lanes ? 3 : vectors == 1 ? 1 : 2;
    for (int64_t v = 0; v < vectors; v += pass)
      body(pass, v * lanes);
  }

  /// `count` pixels as tiles of nearly equal width: first the wider ones, then the narrower ones.
  void eachTile(Nest &n, int64_t count, int64_t widest, const std::function<void(int64_t width, Idx start)> &body) {
    int64_t tiles = ceilDiv(count, widest), narrow = count / tiles, wider = count % tiles, split = wider * (narrow + 1);
    if (wider)
      n.loop("ow", 0, split, narrow + 1, [&](Idx ow) { body(narrow + 1, ow); });
    n.loop("ow", split, count, narrow, [&](Idx ow) { body(narrow, ow); });
  }

  std::string tileName(int64_t vectors, int64_t height, int64_t width, int64_t row, bool final) const {
    return "conv::tile<" + text(block) + ", " + text(vectors) + ", " + text(height) + ", " + text(width) + ", " +
           text(pixelStep) + ", " + text(row) + ", " + (final ? tail() : "false") + ">";
  }

  /// A row of `count` output pixels. `final` tiles write the result through the consumer; others write `products` as
  /// they are.
  void rowTiles(Nest &n, int64_t vectors, int64_t row, int64_t count, int64_t height, Ptr x, const Source &at,
                int64_t ic, Ptr weights, Idx channel, Idx offset, int64_t dstBlock, int64_t dstLine, bool final,
                std::optional<Ptr> products = std::nullopt) {
    pixelStep = at.pixel / block;
    bool single = at.tapRow == 0 && at.tapColumn == 0;
    int64_t kh = single ? 1 : p.kh, kw = single ? 1 : p.kw;
    eachTile(n, count, tileWidth(target, vectors) / height, [&](int64_t width, Idx ow) {
      std::vector<Arg> args = {n.at(x, ow * at.pixel), at.block, at.tapRow, at.tapColumn, at.line, ic, kh, kw, weights,
                               final ? n.out() : *products, dstBlock, dstLine, final ? p.oc : 0, channel,
                               offset + ow * block};
      if (!final)
        args.push_back(std::string("conv::Identity{}"));
      n.micro(tileName(vectors, height, width, row, final), args, final ? Nest::kConsumer : nullptr);
    });
  }

  void rowPairs(Nest &n, int64_t row, int64_t rows, Ptr x, const Source &at, int64_t ic, Ptr weights, Idx channel,
                Idx offset) {
    pixelStep = at.pixel / block;
    auto tile = [&](int64_t height, int64_t width, Idx oh, int64_t ow) {
      n.micro(tileName(2, height, width, row, true),
              {n.at(x, oh * at.line + ow * at.pixel), at.block, at.tapRow, at.tapColumn, at.line, ic, p.kh, p.kw,
               weights, n.out(), p.oh * p.ow * block, p.ow * block, p.oc, channel,
               offset + oh * (p.ow * block) + ow * block},
              Nest::kConsumer);
    };
    n.loop("oh", 0, rows / 2 * 2, 2, [&](Idx oh) {
      tile(1, 4, oh, 0);
      tile(1, 4, oh + 1, 0);
      tile(2, 3, oh, 4);
    });
    if (rows % 2) {
      tile(1, 4, rows - 1, 0);
      tile(1, 3, rows - 1, 4);
    }
  }

  mge::GroupOp group;
  const Target &target;
  Problem p;
  KernelBuilder &builder;
  int64_t block, lanes, pixelStep = 1;
  mge::ConvOp op;
  int64_t src, filter;
  Idx sourceBase = 0, resultBase = 0;
};

} // namespace

namespace mgec::codegen::conv {

LogicalResult buildNests(mge::GroupOp group, const TargetSet &targets, const Target &target, KernelBuilder &builder) {
  std::string reason;
  auto problem = problemOf(group, reason);
  if (!problem)
    return group.emitOpError() << "cannot be built: " << reason;
  Nests nests(group, targets, target, *problem, builder);
  StringRef row = *group.getRow();
  if (row.starts_with("conv_qs8"))
    return nests.int8();
  if (row.ends_with("winograd4"))
    return nests.winograd(4);
  if (row.ends_with("winograd2"))
    return nests.winograd(2);
  if (row.ends_with("depthwise_1x1"))
    return nests.depthwisePointwise();
  if (row.ends_with("1x1"))
    return nests.pointwise();
  if (row.ends_with("depthwise"))
    return nests.depthwise();
  if (row.ends_with("grouped"))
    return nests.grouped();
  if (row.ends_with("planar_direct"))
    return nests.planar();
  if (row.ends_with("blocked_direct"))
    return nests.direct();
  return group.emitOpError() << "has the row " << row << ", which the convolution family does not have";
}

} // namespace mgec::codegen::conv
