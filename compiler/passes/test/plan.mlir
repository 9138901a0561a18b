// RUN: mgec-opt %s --mge-fuse='level=0' --mge-choose --mge-pack --mge-plan --split-input-file | FileCheck %s --check-prefixes=CHECK,SHARED
// RUN: mgec-opt %s --mge-fuse='level=0' --mge-choose --mge-pack --mge-plan='disjoint=true' --split-input-file | FileCheck %s --check-prefixes=CHECK,DISJOINT

// A chain: each result is needed once, right after it was made, so two places of 4096 bytes serve any length; the last one is the
// caller's memory. The lower bound is what is alive at once.
// CHECK-LABEL: mge.network @chain
// CHECK-SAME: stage = "plan"
// SHARED: mge.variant @v0{{.*}}arena_bytes = 8192{{.*}}lower_bound_bytes = 8192
// SHARED: places = [#mge.place<"arena", 0, 4096>]
// SHARED: places = [#mge.place<"arena", 4096, 4096>]
// SHARED: places = [#mge.place<"arena", 0, 4096>]
// SHARED: places = [#mge.place<"arena", 4096, 4096>]
// DISJOINT: mge.variant @v0{{.*}}arena_bytes = 16384{{.*}}lower_bound_bytes = 8192
// DISJOINT: places = [#mge.place<"arena", 0, 4096>]
// DISJOINT: places = [#mge.place<"arena", 4096, 4096>]
// DISJOINT: places = [#mge.place<"arena", 8192, 4096>]
// DISJOINT: places = [#mge.place<"arena", 12288, 4096>]
// CHECK: places = [#mge.place<"output", 0, 4096>]
mge.network @chain attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<32x32xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %a = mge.elemwise exp(%x) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %b = mge.elemwise sin(%a) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %c = mge.elemwise cos(%b) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %d = mge.elemwise tanh(%c) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %y = mge.elemwise relu(%d) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    mge.output %y : tensor<32x32xf32>
  }
}

// -----

// A value that is read again later keeps its place meanwhile.
// CHECK-LABEL: mge.network @kept
// SHARED: mge.variant @v0{{.*}}arena_bytes = 12288{{.*}}lower_bound_bytes = 12288
// SHARED: mge.group
// SHARED-SAME: places = [#mge.place<"arena", [[KEPT:[0-9]+]], 4096>]
// SHARED-NEXT: mge.elemwise exp
// SHARED-NOT: #mge.place<"arena", [[KEPT]], 4096>
// SHARED: mge.elemwise tanh
// SHARED: mge.elemwise add
mge.network @kept attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<32x32xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %a = mge.elemwise exp(%x) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %b = mge.elemwise sin(%a) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %c = mge.elemwise cos(%b) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %d = mge.elemwise tanh(%c) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %y = mge.elemwise add(%a, %d) : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
    mge.output %y : tensor<32x32xf32>
  }
}

// -----

// Views live where what they show lives, which must stay as long as they are read: in the arena, in an input.
// CHECK-LABEL: mge.network @views
// CHECK: mge.group (%{{.*}} = %arg0
// CHECK-SAME: places = [#mge.place<"input", 0, 4096>]
// CHECK-SAME: row = "view"
// CHECK: mge.group
// CHECK-SAME: places = [#mge.place<"arena", [[AT:[0-9]+]], 4096>]
// CHECK-NEXT: mge.elemwise exp
// CHECK: mge.group
// CHECK-SAME: places = [#mge.place<"arena", [[AT]], 4096>]
// CHECK-SAME: row = "view"
mge.network @views attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<32x32xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %flat = mge.reshape %x : (tensor<32x32xf32>) -> tensor<1024xf32>
    %e = mge.elemwise exp(%flat) : (tensor<1024xf32>) -> tensor<1024xf32>
    %back = mge.reshape %e : (tensor<1024xf32>) -> tensor<32x32xf32>
    %y = mge.elemwise sin(%back) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    mge.output %y : tensor<32x32xf32>
  }
}

// -----

// With a symbolic batch, places are those of one sample.
// CHECK-LABEL: mge.network @batch
// CHECK: mge.variant @v0{{.*}}arena_bytes = 4096{{.*}}lower_bound_bytes = 4096
// CHECK: places = [#mge.place<"arena", 0, 4096>]
// CHECK: places = [#mge.place<"output", 0, 4096>]
#dims = affine_map<()[s0] -> (s0, 1024)>
mge.network @batch attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<?x1024xf32, #mge.enc<dims = #dims>>)
      attributes {input_names = ["x"], output_names = ["y"], symbols = [#mge.symbol<"N", 1, 64>]} {
    %e = mge.elemwise exp(%x) : (tensor<?x1024xf32, #mge.enc<dims = #dims>>) -> tensor<?x1024xf32, #mge.enc<dims = #dims>>
    %y = mge.elemwise sin(%e) : (tensor<?x1024xf32, #mge.enc<dims = #dims>>) -> tensor<?x1024xf32, #mge.enc<dims = #dims>>
    mge.output %y : tensor<?x1024xf32, #mge.enc<dims = #dims>>
  }
}

// -----

// The order is chosen for memory: both branches grow what they read and then shrink it. One after the other needs one grown value
// at a time; as written, two.
// CHECK-LABEL: mge.network @order
// CHECK: mge.broadcast
// CHECK: mge.reduce
// CHECK: mge.broadcast
// CHECK: mge.reduce
mge.network @order attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<1x32xf32>, %z: tensor<1x32xf32>) attributes {input_names = ["x", "z"], output_names = ["y"]} {
    %a = mge.broadcast %x : (tensor<1x32xf32>) -> tensor<64x32xf32>
    %b = mge.broadcast %z : (tensor<1x32xf32>) -> tensor<64x32xf32>
    %c = mge.reduce sum %a {axis = 1} : (tensor<64x32xf32>) -> tensor<64x1xf32>
    %d = mge.reduce sum %b {axis = 1} : (tensor<64x32xf32>) -> tensor<64x1xf32>
    %y = mge.elemwise add(%c, %d) : (tensor<64x1xf32>, tensor<64x1xf32>) -> tensor<64x1xf32>
    mge.output %y : tensor<64x1xf32>
  }
}
