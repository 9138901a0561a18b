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
    Block arguments: a pointer per entry of `roles`, then the chunk number, then the batch (1 when static). A role is
    "in<k>" or "out<k>" (operand or result k of the group), "packed<k>" (packed constant for operand k), "arena<k>"
    (workspace k of the group) or "scratch" (the thread's own). `chunks` is per sample; `batched` multiplies it by the batch. `consumer`
    is the expression applied to what the micro-kernels compute, over `x` and the operands named in `consumer_args`
    ("channel", "full", "scalar" each with the role of its pointer).
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$roles, I64Attr:$chunks, BoolAttr:$batched,
                       I64Attr:$scratch_bytes, StrArrayAttr:$headers, OptionalAttr<ArrayAttr>:$consumer,
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

def Mgk_CastOp : Op<Mgk_Dialect, "cast", [Pure]> {
  let summary = "the same address as a pointer to another element type, `offset` bytes further";
  let arguments = (ins Mgk_PtrType:$base, I64Attr:$offset);
  let results = (outs Mgk_PtrType:$result);
  let assemblyFormat = "$base `+` $offset attr-dict `:` type($base) `->` type($result)";
}

def Mgk_MicroOp : Op<Mgk_Dialect, "micro"> {
  let summary = "call of a micro-kernel template";
  let description = [{
    `callee` is the template with its arguments, e.g. "conv::direct_tile<8, 2, 6, 3, 3>". Operands are pointers and
    indices; `consumer` says that the kernel's consumer functor is the last argument. `literals` are further
    arguments that are no indices (floats, enumerators), printed before the consumer.
  }];
  let arguments = (ins StrAttr:$callee, Variadic<AnyType>:$args, OptionalAttr<StrArrayAttr>:$literals, UnitAttr:$consumer);
  let assemblyFormat = "$callee `(` $args `)` (`literals` $literals^)? (`consumer` $consumer^)? attr-dict `:` type($args)";
}

#endif // MGK_OPS
