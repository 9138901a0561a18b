//===- Passes.td - the stages of the compiler -------------------------------------------------------------------===//
//
// One pass a stage, in the order of the pipeline (compiler/Pipeline.cpp). Each sets `mge.network`'s `stage`.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MGEC_PASSES
#define MGEC_PASSES

include "mlir/Pass/PassBase.td"

def InferShapes : Pass<"mge-infer", "mgec::mge::NetworkOp"> {
  let summary = "infer: every shape and element type known; host-side shape arithmetic and constants folded";
  let description = [{
    Runs the shape functions in order. Extents are constants or expressions of the variant's symbols. Values that
    host-side arithmetic computes (get_var_shape, subtensor, concat ... on int32 vectors) are tracked as expressions,
    and operands that only say shapes are dropped. Operands of mixed element types get explicit conversions. Operations whose
    operands are all constants are computed with the reference functions, unless the result is larger than
    max(64 KiB, twice the operands).
  }];
}

def Simplify : Pass<"mge-simplify", "mgec::mge::NetworkOp"> {
  let summary = "simplify: canonical forms; scales and statistics folded into weights; dead and duplicate operations gone";
  let description = [{
    Applies the canonical rewrites of the operations to a fixed point, folding constants in between, and removes
    operations without users, duplicates, and weights that nothing refers to.
  }];
}

def Fuse : Pass<"mge-fuse", "mgec::mge::NetworkOp"> {
  let summary = "fuse: every operation stands in a group that one kernel can run";
  let description = [{
    A group grows from an anchor (convolution, matrix product, pooling, reduction ...) along elementwise consumers of its
    result that the anchor's kernel family accepts, or along a chain of elementwise operations of one shape. A consumer with
    several possible producers joins the one that is computed last. Everything else becomes a group of its own.
  }];
  let options = [Option<"level", "level", "int", "2", "0: no fusion, 1: elementwise chains only, 2: all">];
}

def Choose : Pass<"mge-choose", "mgec::mge::NetworkOp"> {
  let summary = "choose: each group has a kernel row; layouts at every edge agree, with explicit relayouts";
  let description = [{
    Every family lists the rows that can run a group, with layouts and predicted cost. One solver picks rows for all groups
    together, counting relayouts where layouts differ. What could not run a group is kept in `refused`.
  }];
  let options = [
    Option<"force", "force", "std::string", "\"\"", "comma-separated rows to prefer wherever they can run a group">,
    Option<"reference", "reference", "bool", "false", "choose the rows of last resort everywhere">
  ];
}

def TileFuse : Pass<"mge-tile-fuse", "mgec::mge::NetworkOp"> {
  let summary = "tile-fuse: chains whose intermediate would leave the cache are one tile nest";
  let description = [{
    A group whose only user is the next group's anchor joins that group where a family offers a row that runs both tile by
    tile (depthwise and pointwise convolution, say) and predicts a gain. Bodies are joined; nothing else changes.
  }];
}

def Pack : Pass<"mge-pack", "mgec::mge::NetworkOp"> {
  let summary = "pack: constants stand in the order that their kernels read; each has a place in the artifact";
}

def Plan : Pass<"mge-plan", "mgec::mge::NetworkOp"> {
  let summary = "plan: operations ordered for memory; every group result has a place; the plan is re-proved";
  let options = [Option<"disjoint", "disjoint", "bool", "false", "give every result memory of its own (debugging)">];
}

def CheckPlan : Pass<"mge-check-plan", "mgec::mge::NetworkOp"> {
  let summary = "proves the memory plan again, independently of how it was made; changes nothing";
  let description = "Part of the plan stage, and a pass of its own for plans that come from elsewhere.";
}

def Build : Pass<"mge-build", "mgec::mge::NetworkOp"> {
  let summary = "build: every group has its loop nests, one set per instruction set";
}

def Legalise : Pass<"mge-legalise", "mgec::mge::NetworkOp"> {
  let summary = "legalise: every group that runs a kernel has the name that code, profiles and dumps call it by";
  let description = "The last change to the IR: the printer only prints.";
}

#endif // MGEC_PASSES
