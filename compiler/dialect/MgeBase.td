//===- MgeBase.td - the mge dialect, its attributes and interfaces ----------------------------------------------===//
#ifndef MGE_BASE
#define MGE_BASE

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Mge_Dialect : Dialect {
  let name = "mge";
  let summary = "MegEngine inference graphs";
  let description = [{
    One operation per MegEngine operator family, on tensors. A module holds one `mge.network`; the network holds the
    weights and one `mge.variant` per set of shapes. Decisions of the compiler (fusion groups, kernel rows, layouts,
    memory placement) are attributes on these operations: one pass decides, the next obeys.
  }];
  let cppNamespace = "::mgec::mge";
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["mlir::quant::QuantDialect", "mgec::mgk::MgkDialect"];
}

class Mge_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Mge_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def Mge_LayoutAttr : Mge_Attr<"Layout", "layout"> {
  let summary = "how a tensor's elements are arranged in memory";
  let description = [{
    `blocks` lists (dimension, size) pairs: the dimension is split into ceil(extent / size) blocks, and the `size` lanes
    of one block become the innermost axis, in the order of the list. Lanes beyond the extent hold zero at every group
    boundary. No blocks: row-major. Spelled `nchw` (row-major of any rank), `nchw8`, `nchw16`, or
    `blocks<dimension:size, ...>`.
  }];
  let parameters = (ins OptionalArrayRefParameter<"int64_t">:$blocks);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// Channels a block where dimension 1 alone is split, else 1.
    int64_t getChannelBlock() const;
    bool isRowMajor() const { return getBlocks().empty(); }
    /// Row-major, or dimension 1 split into blocks of `size`.
    static LayoutAttr getChannelBlocked(::mlir::MLIRContext *context, int64_t size);
    static LayoutAttr getRowMajor(::mlir::MLIRContext *context);
    /// The physical extents: outer dimensions, then the lanes of each block.
    ::llvm::SmallVector<int64_t> physicalShape(::llvm::ArrayRef<int64_t> shape) const;
    std::string str() const;
  }];
}

def Mge_EncodingAttr : Mge_Attr<"Encoding", "enc"> {
  let summary = "what a tensor type says beyond extents and element type";
  let description = [{
    The layout (absent: row-major), and for types with dynamic extents the extents as expressions of the variant's
    symbols (`affine_map<()[s0] -> (s0, 3, 224, 224)>`).
  }];
  let parameters = (ins OptionalParameter<"::mgec::mge::LayoutAttr">:$layout,
                        OptionalParameter<"::mlir::AffineMapAttr">:$dims);
  let hasCustomAssemblyFormat = 1;
}

def Mge_SymbolAttr : Mge_Attr<"Symbol", "symbol"> {
  let summary = "a named size that is known only at run time";
  let parameters = (ins "::mlir::StringAttr":$name, "int64_t":$min, "int64_t":$max);
  let assemblyFormat = "`<` $name `,` $min `,` $max `>`";
}

def Mge_PlaceAttr : Mge_Attr<"Place", "place"> {
  let summary = "where a group result lives: the arena at an offset, or a model output";
  let description = [{
    `space` is "arena", "output", or "input" for a view of one; `offset` is in bytes for the arena and the output's or
    input's number otherwise. Arena offsets of variants with a symbolic batch are per sample: the run-time offset is `offset` times the batch.
  }];
  let parameters = (ins StringRefParameter<>:$space, "int64_t":$offset, "int64_t":$bytes);
  let genVerifyDecl = 1;
  let assemblyFormat = "`<` $space `,` $offset `,` $bytes `>`";
}

def Mge_UnknownType : TypeDef<Mge_Dialect, "Unknown"> {
  let mnemonic = "unknown";
  let summary = "element type before shapes and types are inferred";
}

//===----------------------------------------------------------------------===//
// Interfaces: all that passes may know of an operation
//===----------------------------------------------------------------------===//

def Mge_ShapeOpInterface : OpInterface<"ShapeOpInterface"> {
  let cppNamespace = "::mgec::mge";
  let description = "Shapes and element types of results, and host values, from those of operands.";
  let methods = [
    InterfaceMethod<[{
      Fills `context.results` (and host values where they follow). Emits a located error on failure.
    }], "::mlir::LogicalResult", "inferShapes", (ins "::mgec::mge::ShapeContext &":$context)>
  ];
}

def Mge_ShapeOperandsOpInterface : OpInterface<"ShapeOperandsOpInterface"> {
  let cppNamespace = "::mgec::mge";
  let description = "Operations whose last operands only say shapes: once result types are known they are dropped.";
  let methods = [InterfaceMethod<"How many.", "unsigned", "getNumShapeOperands">];
}

def Mge_FusionOpInterface : OpInterface<"FusionOpInterface"> {
  let cppNamespace = "::mgec::mge";
  let description = "The part that an operation plays in fusion groups, and its work.";
  let methods = [
    InterfaceMethod<"What fusion may do with the operation.", "::mgec::mge::FusionRole", "getFusionRole", (ins), [{}],
                    [{ return FusionRole::Opaque; }]>,
    InterfaceMethod<"Multiply-accumulates for the result shapes, 0 where that is no useful measure.", "int64_t",
                    "getMacs", (ins), [{}], [{ return 0; }]>
  ];
}

/// Shape arithmetic goes through the operation: on small known values it is computed while shapes are inferred.
def Mge_HostArithmetic : NativeOpTrait<"HostArithmetic"> { let cppNamespace = "::mgec::mge"; }
/// Operands are converted to the result's element type where they differ.
def Mge_OneElementType : NativeOpTrait<"OneElementType"> { let cppNamespace = "::mgec::mge"; }
/// The result follows from shapes alone and has no kernel.
def Mge_ShapeOnly : NativeOpTrait<"ShapeOnly"> { let cppNamespace = "::mgec::mge"; }

/// An operation that stands for MegEngine operators. `mgeNames` are the registered operator names that import as this
/// operation, `mgeParam` the parameter tables whose fields become its attributes (same names in snake_case).
class Mge_Op<string mnemonic, list<string> names, list<string> params, list<Trait> traits = []>
    : Op<Mge_Dialect, mnemonic, !listconcat(traits, [Pure, DeclareOpInterfaceMethods<Mge_ShapeOpInterface>])> {
  list<string> mgeNames = names;
  list<string> mgeParams = params;
  /// The folder below codegen/kernels whose reference.hpp has the operation's reference function.
  string kernelFolder = "shape";
}

def Mge_Fusable : DeclareOpInterfaceMethods<Mge_FusionOpInterface, ["getFusionRole"]>;
def Mge_Anchor : DeclareOpInterfaceMethods<Mge_FusionOpInterface, ["getFusionRole", "getMacs"]>;
def Mge_DropsShapes : DeclareOpInterfaceMethods<Mge_ShapeOperandsOpInterface>;

#endif // MGE_BASE
