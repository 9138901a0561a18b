//===- Math.td - element-wise functions, matrix products, reductions, pooling, normalisation --------------------===//
#ifndef MGE_OPS_MATH
#define MGE_OPS_MATH

include "compiler/dialect/MgeEnums.td"

def Mge_ElemwiseOp : Mge_Op<"elemwise", ["Elemwise"], ["Elemwise"], [Mge_Fusable, Mge_HostArithmetic, Mge_OneElementType]> {
  let kernelFolder = "elemwise";
  let summary = "an element-wise function with numpy broadcasting";
  let description = "All operands and the result share one element type. The functions are those of MegEngine's Elemwise.";
  let arguments = (ins Variadic<AnyTensor>:$inputs, Mge_ElemwiseModeAttr:$mode);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "$mode `(` $inputs `)` attr-dict `:` functional-type($inputs, $dst)";
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Mge_ElemwiseMultiTypeOp : Mge_Op<"elemwise_multi_type", ["ElemwiseMultiType"], ["ElemwiseMultiType"], [Mge_Fusable]> {
  let kernelFolder = "elemwise";
  let summary = "an element-wise function over mixed or quantised types";
  let arguments = (ins Variadic<AnyTensor>:$inputs, Mge_MultiTypeModeAttr:$mode, OptionalAttr<TypeAttr>:$output_dtype);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "$mode `(` $inputs `)` attr-dict `:` functional-type($inputs, $dst)";
}

def Mge_TypeCvtOp : Mge_Op<"type_cvt", ["TypeCvtV2"], ["DType"], [Mge_Fusable, Mge_HostArithmetic]> {
  let kernelFolder = "elemwise";
  let summary = "conversion to another element type";
  let arguments = (ins AnyTensor:$src, TypeAttr:$dtype);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "$src attr-dict `:` functional-type($src, $dst)";
}

def Mge_PowCOp : Mge_Op<"powc", ["PowC"], ["PowC"], [Mge_Fusable]> {
  let kernelFolder = "elemwise";
  let summary = "power with a constant exponent";
  let arguments = (ins AnyTensor:$src, F32Attr:$exp);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "$src attr-dict `:` functional-type($src, $dst)";
}

def Mge_MatmulOp : Mge_Op<"matmul", ["MatrixMulV2", "BatchedMatrixMulV2"], ["MatrixMul"], [Mge_Anchor]> {
  let kernelFolder = "matmul";
  let summary = "matrix product of 2-d operands, or of each pair of matrices of 3-d operands";
  let arguments = (ins AnyTensor:$lhs, AnyTensor:$rhs,
    DefaultValuedAttr<BoolAttr, "false">:$transpose_a, DefaultValuedAttr<BoolAttr, "false">:$transpose_b,
    DefaultValuedAttr<Mge_MatmulComputeModeAttr, "MatmulComputeMode::DEFAULT">:$compute_mode,
    DefaultValuedAttr<Mge_MatmulFormatAttr, "MatmulFormat::DEFAULT">:$format, OptionalAttr<TypeAttr>:$output_dtype);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_PoolOp : Mge_Op<"pool", ["PoolingV1"], ["Pooling"], [Mge_Anchor]> {
  let kernelFolder = "pool";
  let summary = "2-d pooling";
  let arguments = (ins AnyTensor:$src,
    DefaultValuedAttr<Mge_PoolModeAttr, "PoolMode::MAX">:$mode,
    DefaultValuedAttr<I64Attr, "0">:$pad_h, DefaultValuedAttr<I64Attr, "0">:$pad_w,
    DefaultValuedAttr<I64Attr, "2">:$stride_h, DefaultValuedAttr<I64Attr, "2">:$stride_w,
    DefaultValuedAttr<I64Attr, "2">:$window_h, DefaultValuedAttr<I64Attr, "2">:$window_w,
    DefaultValuedAttr<Mge_ConvFormatAttr, "ConvFormat::NCHW">:$format);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_AdaptivePoolOp : Mge_Op<"adaptive_pool", ["AdaptivePoolingV1"], ["AdaptivePooling"], [Mge_DropsShapes]> {
  let kernelFolder = "pool";
  let summary = "2-d pooling to a given output size";
  let description = [{
    `shape` is the output size (OH, OW). Equal to `mge.pool` without padding, with stride `floor(I/O)` and window
    `I - (O-1)*stride`, which it becomes as soon as sizes are known.
  }];
  let arguments = (ins AnyTensor:$src, Variadic<AnyTensor>:$shape,
    DefaultValuedAttr<Mge_PoolModeAttr, "PoolMode::MAX">:$mode,
    DefaultValuedAttr<Mge_ConvFormatAttr, "ConvFormat::NCHW">:$format);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_ReduceOp : Mge_Op<"reduce", ["ReduceV2"], ["Reduce"], [Mge_DropsShapes, Mge_Anchor, Mge_HostArithmetic]> {
  let kernelFolder = "reduce";
  let summary = "reduction over axes, which stay with extent 1";
  let description = [{
    `axis` names one axis (negative from the end); 2147483647 means every axis that the result has with extent 1 and the
    operand has not (import form: `shape` is the target shape).
  }];
  let arguments = (ins AnyTensor:$src, Variadic<AnyTensor>:$shape, Mge_ReduceModeAttr:$mode,
    DefaultValuedAttr<I64Attr, "2147483647">:$axis,
    DefaultValuedAttr<Mge_ReduceDataTypeAttr, "ReduceDataType::DEFAULT">:$data_type);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "$mode operands attr-dict `:` functional-type(operands, results)";
}

def Mge_ArgmaxOp : Mge_Op<"argmax", ["Argmax"], ["Axis"], [Mge_Anchor]> {
  let kernelFolder = "reduce";
  let summary = "index of the largest element along an axis, which stays with extent 1";
  let arguments = (ins AnyTensor:$src, I64Attr:$axis);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_ArgminOp : Mge_Op<"argmin", ["Argmin"], ["Axis"], [Mge_Anchor]> {
  let kernelFolder = "reduce";
  let summary = "index of the smallest element along an axis, which stays with extent 1";
  let arguments = (ins AnyTensor:$src, I64Attr:$axis);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_SoftmaxOp : Mge_Op<"softmax", ["Softmax"], ["Softmax"], [Mge_Anchor]> {
  let kernelFolder = "softmax";
  let summary = "softmax along an axis";
  let arguments = (ins AnyTensor:$src, DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_BatchNormOp : Mge_Op<"batch_norm", ["BatchNormV1"], ["BN"], [Mge_Anchor]> {
  let kernelFolder = "batch_norm";
  let summary = "batch normalisation with given statistics";
  let description = [{
    Inference only: `y = scale * (x - mean) / sqrt(var + epsilon) + bias`. The recorded outputs other than y
    (saved statistics, reserve space) belong to training and are not computed.
  }];
  let arguments = (ins AnyTensor:$src, AnyTensor:$scale, AnyTensor:$bias, AnyTensor:$mean, AnyTensor:$variance,
    DefaultValuedAttr<Mge_BNParamDimAttr, "BNParamDim::DIM_11HW">:$param_dim,
    DefaultValuedAttr<Mge_BNFwdModeAttr, "BNFwdMode::INFERENCE">:$fwd_mode,
    DefaultValuedAttr<F64Attr, "1e-4">:$epsilon);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_ResizeOp : Mge_Op<"resize", ["ResizeV2"], ["Resize"], [Mge_DropsShapes, Mge_Anchor]> {
  let kernelFolder = "resize";
  let summary = "interpolation to another spatial size";
  let arguments = (ins AnyTensor:$src, Variadic<AnyTensor>:$shape,
    DefaultValuedAttr<Mge_InterpolationModeAttr, "InterpolationMode::LINEAR">:$imode,
    DefaultValuedAttr<Mge_ConvFormatAttr, "ConvFormat::NHWC">:$format);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // MGE_OPS_MATH
