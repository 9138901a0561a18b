//===- Shape.td - views, data movement and shape arithmetic -----------------------------------------------------===//
#ifndef MGE_OPS_SHAPE
#define MGE_OPS_SHAPE

include "compiler/dialect/MgeEnums.td"

def Mge_GetVarShapeOp : Mge_Op<"get_var_shape", ["GetVarShapeV1"], ["OptionalAxisV1"], [Mge_ShapeOnly]> {
  let summary = "the extents of a tensor (of the broadcast of several) as an int32 vector";
  let description = "`axis` 7 means all axes. Always folded away: extents are known when shapes are inferred.";
  let arguments = (ins Variadic<AnyTensor>:$inputs, DefaultValuedAttr<I64Attr, "7">:$axis);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_ReshapeOp : Mge_Op<"reshape", ["ReshapeV1"], ["OptionalAxisV1"], [Mge_DropsShapes, Mge_Fusable, Mge_HostArithmetic]> {
  let summary = "the same elements in row-major order under other extents";
  let description = "Import form: `shape` is the target; `axis` other than 7 is the one whose extent is inferred.";
  let arguments = (ins AnyTensor:$src, Variadic<AnyTensor>:$shape, DefaultValuedAttr<I64Attr, "7">:$axis);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_AxisAddRemoveOp : Mge_Op<"axis_add_remove", ["AxisAddRemove"], ["AxisAddRemove"], [Mge_Fusable, Mge_HostArithmetic]> {
  let summary = "insertion and removal of axes of extent 1";
  let description = [{
    `methods[i]` is 0 to insert an axis at `axes[i]` and 1 to remove it; steps apply in order. Becomes `mge.reshape`.
  }];
  let arguments = (ins AnyTensor:$src, DenseI64ArrayAttr:$methods, DenseI64ArrayAttr:$axes);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_DimshuffleOp : Mge_Op<"dimshuffle", ["Dimshuffle"], ["Dimshuffle"], [Mge_Fusable, Mge_HostArithmetic]> {
  let summary = "permutation of axes, with new axes of extent 1 where the pattern is -1";
  let arguments = (ins AnyTensor:$src, DenseI64ArrayAttr:$pattern);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_BroadcastOp : Mge_Op<"broadcast", ["Broadcast"], ["Empty"], [Mge_DropsShapes, Mge_Fusable, Mge_HostArithmetic]> {
  let summary = "stretches axes of extent 1";
  let arguments = (ins AnyTensor:$src, Variadic<AnyTensor>:$shape);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_ConcatOp : Mge_Op<"concat", ["Concat"], ["Axis"], [Mge_Fusable, Mge_HostArithmetic, Mge_OneElementType]> {
  let summary = "concatenation along an axis";
  let arguments = (ins Variadic<AnyTensor>:$inputs, I64Attr:$axis);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_SplitOp : Mge_Op<"split", ["Split"], ["Axis"], [Mge_DropsShapes, Mge_Fusable]> {
  let summary = "consecutive pieces along an axis; `shape` operands are their extents";
  let arguments = (ins AnyTensor:$src, Variadic<AnyTensor>:$shape, I64Attr:$axis);
  let results = (outs Variadic<AnyTensor>:$pieces);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Mge_SubtensorOp : Mge_Op<"subtensor", ["Subtensor"], ["IndexDescMaskDump"], [Mge_DropsShapes, Mge_HostArithmetic]> {
  let summary = "slicing and indexing with scalars";
  let description = [{
    Import form. Item i works on `axes[i]`; bits 0..3 of `flags[i]` say that begin, end, step, index follow among
    `indices`, in this order. With known indices it becomes `mge.slice`.
  }];
  let arguments = (ins AnyTensor:$src, Variadic<AnyTensor>:$indices, DenseI64ArrayAttr:$axes, DenseI64ArrayAttr:$flags,
                       OptionalAttr<DenseI64ArrayAttr>:$starts, OptionalAttr<DenseI64ArrayAttr>:$steps,
                       OptionalAttr<DenseI64ArrayAttr>:$drop);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_SliceOp : Mge_Op<"slice", [], [], [Mge_Fusable]> {
  let summary = "strided part of a tensor with constant bounds";
  let description = [{
    Element `i` of axis `a` of the part is element `starts[a] + i * steps[a]`. Axes with `drop[a]` = 1 have extent 1 in
    the part and do not appear in the result (a result without axes keeps one of extent 1).
  }];
  let arguments = (ins AnyTensor:$src, DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$steps, DenseI64ArrayAttr:$drop);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def Mge_PaddingOp : Mge_Op<"padding", ["Padding"], ["Padding"], [Mge_Anchor]> {
  let kernelFolder = "pad";
  let summary = "adds elements before and after along every axis";
  let arguments = (ins AnyTensor:$src, DenseI64ArrayAttr:$front, DenseI64ArrayAttr:$back,
    DefaultValuedAttr<F32Attr, "0.0f">:$padding_val, DefaultValuedAttr<Mge_PaddingModeAttr, "PaddingMode::CONSTANT">:$mode);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // MGE_OPS_SHAPE
