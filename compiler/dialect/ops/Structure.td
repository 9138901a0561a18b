//===- Structure.td - networks, variants, weights, groups -------------------------------------------------------===//
#ifndef MGE_OPS_STRUCTURE
#define MGE_OPS_STRUCTURE

include "compiler/dialect/MgeBase.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// Operations that do not stand for a MegEngine operator.
class Mge_StructureOp<string mnemonic, list<Trait> traits = []> : Op<Mge_Dialect, mnemonic, traits>;

def Mge_NetworkOp : Mge_StructureOp<"network", [IsolatedFromAbove, SymbolTable, Symbol, SingleBlock, NoTerminator]> {
  let summary = "a model: its weights and its variants";
  let description = [{
    Holds `mge.weight`, `mge.packed` and `mge.variant` operations. `stage` names the last finished stage of the pipeline;
    the verifier checks what is true after it. `targets` are the instruction sets to compile for. `graph_ids` is how many
    operators and variables MegEngine numbers in the model; ids from there on are the compiler's own.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$fingerprint, StrAttr:$graph_hash,
                       DefaultValuedStrAttr<StrAttr, "import">:$stage,
                       OptionalAttr<StrArrayAttr>:$targets, OptionalAttr<I64Attr>:$channel_block,
                       OptionalAttr<I64Attr>:$packed_bytes, OptionalAttr<I64Attr>:$graph_ids);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{ ::mlir::Block &getBlock() { return getBody().front(); } }];
}

def Mge_VariantOp : Mge_StructureOp<"variant", [IsolatedFromAbove, SymbolTable, Symbol, SingleBlock, HasParent<"NetworkOp">]> {
  let summary = "the graph for one set of shapes and one precision";
  let description = [{
    Block arguments are the model's inputs, in file order; the terminator `mge.output` gives its outputs, in file order.
    From stage `plan` on, `arena_bytes` and `scratch_bytes` say what a forward needs (the arena per sample when the batch is
    symbolic), and `lower_bound_bytes` what no plan can go below.
    `input_defaults` has one entry an input: the weight (from stage `pack` on the packed constant) that stands in when a
    caller gives nothing, else unit. An input with a default has a static shape.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$input_names, StrArrayAttr:$output_names,
                       DefaultValuedStrAttr<StrAttr, "f32">:$precision, OptionalAttr<ArrayAttr>:$symbols,
                       OptionalAttr<ArrayAttr>:$input_defaults, OptionalAttr<I64Attr>:$arena_bytes, OptionalAttr<I64Attr>:$scratch_bytes,
                       OptionalAttr<I64Attr>:$lower_bound_bytes);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    /// Whether dimension 0 of every activation is the symbol 0 of the variant.
    bool hasSymbolicBatch() { return getSymbols() && !getSymbols()->empty(); }
    /// The symbol of the value that input `number` has by default; null for none.
    ::mlir::FlatSymbolRefAttr getInputDefault(unsigned number) {
      auto defaults = getInputDefaults();
      return defaults ? ::mlir::dyn_cast<::mlir::FlatSymbolRefAttr>((*defaults)[number]) : ::mlir::FlatSymbolRefAttr();
    }
  }];
}

def Mge_OutputOp : Mge_StructureOp<"output", [Terminator, Pure, HasParent<"VariantOp">]> {
  let summary = "the outputs of a variant";
  let arguments = (ins Variadic<AnyTensor>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
}

def Mge_WeightOp : Mge_StructureOp<"weight", [Symbol, HasParent<"NetworkOp">]> {
  let summary = "a constant of the model";
  let description = [{
    `value` holds the elements, dense and row-major, in the storage type; `type` is the tensor type that users see
    (quantised element types keep scale and zero point there).
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, ElementsAttr:$value, TypeAttr:$type);
  let assemblyFormat = "$sym_name `:` $type `=` $value attr-dict";
  let hasVerifier = 1;
}

def Mge_ConstantOp : Mge_StructureOp<"constant", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a weight as a value";
  let arguments = (ins FlatSymbolRefAttr:$weight);
  let results = (outs AnyTensor:$result);
  let assemblyFormat = "$weight attr-dict `:` type($result)";
}

def Mge_PackedOp : Mge_StructureOp<"packed", [Symbol, HasParent<"NetworkOp">]> {
  let summary = "a constant in the order that a kernel reads";
  let description = [{
    `form` names the order; `offset` is the place in the artifact's weights (set by the packing stage). Each weight has one
    packed form per artifact wherever its users agree.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$source, StrAttr:$form, ElementsAttr:$value,
                       I64Attr:$offset, I64Attr:$bytes);
  let assemblyFormat = "$sym_name `from` $source `as` $form `at` $offset `,` $bytes attr-dict `=` $value";
}

def Mge_GroupOp : Mge_StructureOp<"group", [IsolatedFromAbove, SingleBlock, Pure]> {
  let summary = "operations that one kernel runs";
  let description = [{
    The body computes the results from the operands with `mge` operations on plain (row-major, logical) tensors, so every
    stage of it can be executed by the reference evaluator. Decisions arrive as attributes, stage by stage:

    | attribute | stage | says |
    | --- | --- | --- |
    | `row`, `tiles` | choose | the kernel row and its tile decisions |
    | encodings of operands and results | choose | layouts at the boundary |
    | `refused` | choose | rows that could not run it, with reasons |
    | `packed` | pack | for each operand the packed constant that replaces it, or unit |
    | `places` | plan | where each result lives |
    | `kernels` | build | the loop nests that run it, in order; none for views |
    | `step` | legalise | the name of the call, unique in the variant |
  }];
  let arguments = (ins Variadic<AnyTensor>:$inputs, OptionalAttr<StrAttr>:$row, OptionalAttr<DictionaryAttr>:$tiles,
                       OptionalAttr<F64Attr>:$cost_ns, OptionalAttr<ArrayAttr>:$refused, OptionalAttr<ArrayAttr>:$packed,
                       OptionalAttr<ArrayAttr>:$places, OptionalAttr<ArrayAttr>:$kernels, OptionalAttr<StrAttr>:$label,
                       OptionalAttr<StrAttr>:$step);
  let results = (outs Variadic<AnyTensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    /// Whether the result is the operand's memory, so that no kernel runs.
    bool isView() { return getRow() == "view"; }
    /// The operation that decides the kernel family: the first contraction or reduction, else the first operation.
    ::mlir::Operation *getAnchor();
    /// The group operand behind `value`, which is defined inside the body; -1 when it is computed there.
    int64_t operandNumber(::mlir::Value value);
    /// The weight behind operand `number`, null when the operand is computed at run time.
    WeightOp getWeight(unsigned number);
    ::mlir::RankedTensorType inputType(unsigned number);
    ::mlir::RankedTensorType outputType(unsigned number);
  }];
}

def Mge_YieldOp : Mge_StructureOp<"yield", [Terminator, Pure, HasParent<"GroupOp">]> {
  let summary = "the results of a group";
  let arguments = (ins Variadic<AnyTensor>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
}

def Mge_RelayoutOp : Op<Mge_Dialect, "relayout", [Pure, DeclareOpInterfaceMethods<Mge_ShapeOpInterface>, Mge_Fusable]> {
  let summary = "the same tensor in another layout";
  let description = "Inserted by the choice of layouts; logically the identity.";
  let arguments = (ins AnyTensor:$src);
  let results = (outs AnyTensor:$dst);
  let assemblyFormat = "$src attr-dict `:` functional-type($src, $dst)";
}

#endif // MGE_OPS_STRUCTURE
