//===- MgkOps.td - loop nests around micro-kernels --------------------------------------------------------------===//
//
// What a kernel family builds for a group: functions over pointers whose bodies are loops (scf.for), index arithmetic
// (affine.apply, affine.min, affine.max) and calls of micro-kernel templates. The printer turns them into C++ one to one.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MGK_OPS
#define MGK_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Mgk_Dialect : Dialect {
  let name = "mgk";
  let summary = "loop nests around micro-kernels";
  let cppNamespace = "::mgec::mgk";
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::affine::AffineDialect", "mlir::arith::ArithDialect"];
}

def Mgk_PtrType : TypeDef<Mgk_Dialect, "Ptr"> {
  let mnemonic = "ptr";
  let summary = "pointer to elements; constness is the printer's affair";
  let parameters = (ins "::mlir::Type":$element);
  let assemblyFormat = "`<` $element `>`";
}

def Mgk_KernelOp : Op<Mgk_Dialect, "kernel", [IsolatedFromAbove, Symbol, SingleBlock, NoTerminator]> {
  let summary = "one phase of a group's work, run once per chunk";
  let description = [{
    Block arguments: chunk number, sample and batch (indices), then a pointer per entry of `roles`: "in<k>" or "out<k>"
    (operand or result k of the group), "packed<k>" (the packed constant that stands for operand k). `chunks` is per
    sample; `batched` multiplies it by the batch. `functors` are the consumers that micro-kernels end in, dictionaries
    with `name`, `steps` (what is applied to the computed value, over `x` and `o<i>`), for each `o<i>` its kind ("channel",
    "full", "scalar"), the role of its pointer and the elements that a sample moves it (`kinds`, `roles`, `strides`), and
    `result`, the name of the final value.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$roles, I64Attr:$chunks, BoolAttr:$batched,
                       I64Attr:$scratch_bytes, StrArrayAttr:$headers, OptionalAttr<ArrayAttr>:$functors,
                       DefaultValuedAttr<BoolAttr, "true">:$lanes_are_channels);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name $roles attr-dict-with-keyword $body";
  let extraClassDeclaration = [{ ::mlir::Block &getBlock() { return getBody().front(); } }];
}

def Mgk_AtOp : Op<Mgk_Dialect, "at", [Pure, AllTypesMatch<["base", "result"]>]> {
  let summary = "pointer to element `index` behind `base`";
  let arguments = (ins Mgk_PtrType:$base, Index:$index);
  let results = (outs Mgk_PtrType:$result);
  let assemblyFormat = "$base `[` $index `]` attr-dict `:` type($result)";
}

def Mgk_ScratchOp : Op<Mgk_Dialect, "scratch", [Pure]> {
  let summary = "the thread's scratch, `offset` bytes from its start";
  let arguments = (ins I64Attr:$offset);
  let results = (outs Mgk_PtrType:$result);
  let assemblyFormat = "$offset attr-dict `:` type($result)";
}

def Mgk_MicroOp : Op<Mgk_Dialect, "micro"> {
  let summary = "call of a micro-kernel template";
  let description = [{
    `callee` is the template with its arguments, e.g. "conv::tile<8, 2, 6>". Operands are pointers and indices. Where
    `text[i]` is not empty it is printed as argument i instead (an enumerator, a float); the operands fill the other places, and
    any "$" in a text, in order.
    `functor` names the kernel's functor that is the last argument.
  }];
  let arguments = (ins StrAttr:$callee, Variadic<AnyType>:$args, StrArrayAttr:$text, OptionalAttr<StrAttr>:$functor);
  let assemblyFormat = "$callee `(` $args `)` $text (`functor` $functor^)? attr-dict `:` type($args)";
}

def Mgk_ReferenceOp : Op<Mgk_Dialect, "reference"> {
  let summary = "call of the reference function of an operation";
  let description = "`types` are the tensor types of the pointers, operands first, then results; `params` is C++.";
  let arguments = (ins StrAttr:$callee, StrAttr:$params, Variadic<Mgk_PtrType>:$args, I64Attr:$inputs, Index:$batch,
                       TypeArrayAttr:$types);
  let assemblyFormat = "$callee `(` $args `)` `inputs` $inputs `batch` $batch `params` $params `types` $types attr-dict `:` type($args)";
}

#endif // MGK_OPS
