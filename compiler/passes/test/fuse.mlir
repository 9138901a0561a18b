// RUN: mgec-opt %s --mge-fuse --split-input-file | FileCheck %s --check-prefixes=CHECK,ALL
// RUN: mgec-opt %s --mge-fuse='level=1' --split-input-file | FileCheck %s --check-prefixes=CHECK,CHAIN
// RUN: mgec-opt %s --mge-fuse='level=0' --split-input-file | FileCheck %s --check-prefixes=CHECK,NONE

// A convolution takes the element-wise functions that follow it: one kernel. Without anchors they are a chain of their own.
// CHECK-LABEL: mge.network @conv_add_relu
// CHECK-SAME: stage = "fuse"
// ALL: mge.group (%[[X:.*]] = %{{.*}} : tensor<1x3x8x8xf32>, %[[W:.*]] = %{{.*}} : tensor<4x3x3x3xf32>, %[[B:.*]] = %{{.*}} : tensor<1x4x1x1xf32>) -> (tensor<1x4x6x6xf32>)
// ALL-NEXT: %[[C:.*]] = mge.conv %[[X]], %[[W]]
// ALL-NEXT: %[[A:.*]] = mge.elemwise add(%[[C]], %[[B]])
// ALL-NEXT: %[[R:.*]] = mge.elemwise relu(%[[A]])
// ALL-NEXT: mge.yield %[[R]]
// ALL-NOT: mge.group
// CHAIN: mge.group
// CHAIN-NEXT: mge.conv
// CHAIN-NEXT: mge.yield
// CHAIN: mge.group
// CHAIN-NEXT: mge.elemwise add
// CHAIN-NEXT: mge.elemwise relu
// CHAIN-NEXT: mge.yield
// NONE-COUNT-3: mge.group
// CHECK: mge.output
mge.network @conv_add_relu attributes {fingerprint = "", graph_hash = "", stage = "simplify"} {
  mge.weight @w : tensor<4x3x3x3xf32> = dense<1.0> : tensor<4x3x3x3xf32>
  mge.weight @b : tensor<1x4x1x1xf32> = dense<2.0> : tensor<1x4x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<4x3x3x3xf32>
    %b = mge.constant @b : tensor<1x4x1x1xf32>
    %c = mge.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
    %a = mge.elemwise add(%c, %b) : (tensor<1x4x6x6xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x6x6xf32>
    %y = mge.elemwise relu(%a) : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    mge.output %y : tensor<1x4x6x6xf32>
  }
}

// -----

// A residual: both operands of the addition come from convolutions. It joins the one that is computed last, because only then
// is the other one there.
// CHECK-LABEL: mge.network @residual
// ALL: %[[SHORT:.*]] = mge.group
// ALL-NEXT: mge.conv
// ALL-NEXT: mge.yield
// ALL: mge.group ({{.*}}, %[[ADDEND:.*]] = %[[SHORT]] : tensor<1x4x8x8xf32>)
// ALL-NEXT: %[[C:.*]] = mge.conv
// ALL-NEXT: %[[SUM:.*]] = mge.elemwise add(%[[C]], %[[ADDEND]])
// ALL-NEXT: mge.elemwise relu(%[[SUM]])
// ALL-NOT: mge.group
// CHECK: mge.output
mge.network @residual attributes {fingerprint = "", graph_hash = "", stage = "simplify"} {
  mge.weight @w : tensor<4x3x1x1xf32> = dense<1.0> : tensor<4x3x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>, %z: tensor<1x3x8x8xf32>) attributes {input_names = ["x", "z"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<4x3x1x1xf32>
    %short = mge.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %long = mge.conv %z, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %sum = mge.elemwise add(%long, %short) : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    %y = mge.elemwise relu(%sum) : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    mge.output %y : tensor<1x4x8x8xf32>
  }
}

// -----

// A result with two readers is written: its group ends there.
// CHECK-LABEL: mge.network @two_readers
// ALL: %[[C:.*]] = mge.group
// ALL-NEXT: mge.conv
// ALL-NEXT: mge.yield
// CHECK-COUNT-2: mge.elemwise
// CHECK: mge.output
mge.network @two_readers attributes {fingerprint = "", graph_hash = "", stage = "simplify"} {
  mge.weight @w : tensor<4x3x1x1xf32> = dense<1.0> : tensor<4x3x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>) attributes {input_names = ["x"], output_names = ["y", "z"]} {
    %w = mge.constant @w : tensor<4x3x1x1xf32>
    %c = mge.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %y = mge.elemwise relu(%c) : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    %z = mge.elemwise exp(%c) : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    mge.output %y, %z : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>
  }
}

// -----

// Element-wise functions of one shape are a chain.
// CHECK-LABEL: mge.network @chain
// ALL: mge.group
// ALL-NEXT: mge.elemwise exp
// ALL-NEXT: mge.elemwise mul
// ALL-NEXT: mge.elemwise sin
// ALL-NEXT: mge.yield
// CHAIN: mge.group
// CHAIN-NEXT: mge.elemwise exp
// CHAIN-NEXT: mge.elemwise mul
// CHAIN-NEXT: mge.elemwise sin
// CHAIN-NEXT: mge.yield
// NONE-COUNT-3: mge.group
// CHECK: mge.output
mge.network @chain attributes {fingerprint = "", graph_hash = "", stage = "simplify"} {
  mge.variant @v0(%x: tensor<4x5xf32>, %s: tensor<4x5xf32>) attributes {input_names = ["x", "s"], output_names = ["y"]} {
    %e = mge.elemwise exp(%x) : (tensor<4x5xf32>) -> tensor<4x5xf32>
    %m = mge.elemwise mul(%e, %s) : (tensor<4x5xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
    %y = mge.elemwise sin(%m) : (tensor<4x5xf32>) -> tensor<4x5xf32>
    mge.output %y : tensor<4x5xf32>
  }
}

// -----

// Outputs are memory of the caller: one that is an input, or another output under other extents, is copied.
// CHECK-LABEL: mge.network @outputs
// CHECK: mge.variant @v0(%[[X:.*]]: tensor<4x5xf32>)
// CHECK: %[[E:.*]] = mge.group
// CHECK-NEXT: mge.elemwise exp
// CHECK: %[[V:.*]] = mge.group
// CHECK-NEXT: mge.reshape
// CHECK: %[[VC:.*]] = mge.group (%{{.*}} = %[[V]] :
// CHECK-NEXT: mge.relayout
// CHECK: %[[XC:.*]] = mge.group (%{{.*}} = %[[X]] :
// CHECK-NEXT: mge.relayout
// CHECK: mge.output %[[E]], %[[VC]], %[[XC]]
mge.network @outputs attributes {fingerprint = "", graph_hash = "", stage = "simplify"} {
  mge.variant @v0(%x: tensor<4x5xf32>) attributes {input_names = ["x"], output_names = ["e", "v", "x"]} {
    %e = mge.elemwise exp(%x) : (tensor<4x5xf32>) -> tensor<4x5xf32>
    %v = mge.reshape %e : (tensor<4x5xf32>) -> tensor<20xf32>
    mge.output %e, %v, %x : tensor<4x5xf32>, tensor<20xf32>, tensor<4x5xf32>
  }
}
