//===- Conv.td - convolution ------------------------------------------------------------------------------------===//
#ifndef MGE_OPS_CONV
#define MGE_OPS_CONV

include "compiler/dialect/MgeEnums.td"

def Mge_ConvOp : Mge_Op<"conv", ["Convolution", "ConvolutionV2", "ConvBiasForward", "ConvBiasForwardV4"],
                        ["Convolution", "ConvBias"], [Mge_Anchor]> {
  let kernelFolder = "conv";
  let summary = "2-d convolution, optionally with bias, addend and activation";
  let description = [{
    `dst[n,oc,oh,ow] = nonline(sum over ic,kh,kw of src[n, g*icpg+ic, oh*stride-pad+kh*dilate, ...] * filter[g,oc,ic,kh,kw]
    + bias + z)`; positions outside src contribute zero. `extra` is nothing, `bias`, or `bias, z`. Grouped filters are
    `[G, OC/G, IC/G, KH, KW]`. Quantised operands accumulate exactly in int32.
  }];
  let arguments = (ins AnyTensor:$src, AnyTensor:$filter, Variadic<AnyTensor>:$extra,
    DefaultValuedAttr<Mge_ConvModeAttr, "ConvMode::CROSS_CORRELATION">:$mode,
    DefaultValuedAttr<I64Attr, "0">:$pad_h, DefaultValuedAttr<I64Attr, "0">:$pad_w,
    DefaultValuedAttr<I64Attr, "1">:$stride_h, DefaultValuedAttr<I64Attr, "1">:$stride_w,
    DefaultValuedAttr<I64Attr, "1">:$dilate_h, DefaultValuedAttr<I64Attr, "1">:$dilate_w,
    DefaultValuedAttr<Mge_ConvSparseAttr, "ConvSparse::DENSE">:$sparse,
    DefaultValuedAttr<Mge_ConvFormatAttr, "ConvFormat::NCHW">:$format,
    DefaultValuedAttr<Mge_ConvComputeModeAttr, "ConvComputeMode::DEFAULT">:$compute_mode,
    DefaultValuedAttr<Mge_NonlineModeAttr, "NonlineMode::IDENTITY">:$nonline_mode,
    OptionalAttr<TypeAttr>:$output_dtype);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

#endif // MGE_OPS_CONV
