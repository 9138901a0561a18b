// RUN: mgec-opt %s --mge-fuse --mge-choose --mge-tile-fuse --split-input-file | FileCheck %s
// RUN: mgec-opt %s --mge-fuse --mge-choose --split-input-file | FileCheck %s --check-prefix=BEFORE

// Depthwise, then 1x1, with maps between that do not fit into the cache: one nest, which computes what both did. The nest is
// predicted to be faster, and has the boundary of the two.
// BEFORE-LABEL: mge.network @nest
// BEFORE: row = "conv_f32_blocked_depthwise"
// BEFORE: row = "conv_f32_blocked_1x1"

// CHECK-LABEL: mge.network @nest
// CHECK-SAME: stage = "tile-fuse"
// CHECK: %[[IN:.*]] = mge.group
// CHECK-SAME: row = "relayout_f32_nchw_to_blocked"
// CHECK: mge.group (%[[X:.*]] = %[[IN]] : tensor<1x64x112x112xf32, #mge.enc<nchw8>>, %[[DW:.*]] = %{{.*}} : tensor<64x1x1x3x3xf32>, %[[B:.*]] = %{{.*}} : tensor<1x64x1x1xf32>, %[[PW:.*]] = %{{.*}} : tensor<32x64x1x1xf32>) -> (tensor<1x32x112x112xf32, #mge.enc<nchw8>>)
// CHECK-SAME: row = "conv_f32_blocked_depthwise_1x1", tiles = {rows = {{[0-9]+}} : i64}
// CHECK-NEXT: %[[D:.*]] = mge.conv %[[X]], %[[DW]]
// CHECK-NEXT: %[[S:.*]] = mge.elemwise add(%[[D]], %[[B]])
// CHECK-NEXT: %[[R:.*]] = mge.elemwise relu(%[[S]])
// CHECK-NEXT: %[[P:.*]] = mge.conv %[[R]], %[[PW]]
// CHECK-NEXT: mge.yield %[[P]]
// CHECK-NOT: row = "conv_f32_blocked_1x1"
// CHECK: mge.output
mge.network @nest attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.weight @dw : tensor<64x1x1x3x3xf32> = dense<1.0> : tensor<64x1x1x3x3xf32>
  mge.weight @pw : tensor<32x64x1x1xf32> = dense<1.0> : tensor<32x64x1x1xf32>
  mge.weight @b : tensor<1x64x1x1xf32> = dense<1.0> : tensor<1x64x1x1xf32>
  mge.variant @v0(%x: tensor<1x64x112x112xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %dw = mge.constant @dw : tensor<64x1x1x3x3xf32>
    %pw = mge.constant @pw : tensor<32x64x1x1xf32>
    %b = mge.constant @b : tensor<1x64x1x1xf32>
    %d = mge.conv %x, %dw {pad_h = 1, pad_w = 1, sparse = #mge<convSparse group>}
        : (tensor<1x64x112x112xf32>, tensor<64x1x1x3x3xf32>) -> tensor<1x64x112x112xf32>
    %s = mge.elemwise add(%d, %b) : (tensor<1x64x112x112xf32>, tensor<1x64x1x1xf32>) -> tensor<1x64x112x112xf32>
    %r = mge.elemwise relu(%s) : (tensor<1x64x112x112xf32>) -> tensor<1x64x112x112xf32>
    %y = mge.conv %r, %pw : (tensor<1x64x112x112xf32>, tensor<32x64x1x1xf32>) -> tensor<1x32x112x112xf32>
    mge.output %y : tensor<1x32x112x112xf32>
  }
}

// -----

// Maps that stay in the cache are written and read again.
// CHECK-LABEL: mge.network @small
// CHECK: row = "conv_f32_blocked_depthwise"
// CHECK-NOT: depthwise_1x1
// CHECK: mge.output
mge.network @small attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.weight @dw : tensor<64x1x1x3x3xf32> = dense<1.0> : tensor<64x1x1x3x3xf32>
  mge.weight @pw : tensor<32x64x1x1xf32> = dense<1.0> : tensor<32x64x1x1xf32>
  mge.variant @v0(%x: tensor<1x64x14x14xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %dw = mge.constant @dw : tensor<64x1x1x3x3xf32>
    %pw = mge.constant @pw : tensor<32x64x1x1xf32>
    %d = mge.conv %x, %dw {pad_h = 1, pad_w = 1, sparse = #mge<convSparse group>}
        : (tensor<1x64x14x14xf32>, tensor<64x1x1x3x3xf32>) -> tensor<1x64x14x14xf32>
    %y = mge.conv %d, %pw : (tensor<1x64x14x14xf32>, tensor<32x64x1x1xf32>) -> tensor<1x32x14x14xf32>
    mge.output %y : tensor<1x32x14x14xf32>
  }
}

// -----

// Maps between that somebody else reads must exist.
// CHECK-LABEL: mge.network @read_twice
// CHECK: row = "conv_f32_blocked_depthwise"
// CHECK-NOT: depthwise_1x1
// CHECK: mge.output
mge.network @read_twice attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.weight @dw : tensor<64x1x1x3x3xf32> = dense<1.0> : tensor<64x1x1x3x3xf32>
  mge.weight @pw : tensor<32x64x1x1xf32> = dense<1.0> : tensor<32x64x1x1xf32>
  mge.variant @v0(%x: tensor<1x64x112x112xf32>) attributes {input_names = ["x"], output_names = ["y", "z"]} {
    %dw = mge.constant @dw : tensor<64x1x1x3x3xf32>
    %pw = mge.constant @pw : tensor<32x64x1x1xf32>
    %d = mge.conv %x, %dw {pad_h = 1, pad_w = 1, sparse = #mge<convSparse group>}
        : (tensor<1x64x112x112xf32>, tensor<64x1x1x3x3xf32>) -> tensor<1x64x112x112xf32>
    %y = mge.conv %d, %pw : (tensor<1x64x112x112xf32>, tensor<32x64x1x1xf32>) -> tensor<1x32x112x112xf32>
    %z = mge.conv %d, %pw {stride_h = 2, stride_w = 2} : (tensor<1x64x112x112xf32>, tensor<32x64x1x1xf32>) -> tensor<1x32x56x56xf32>
    mge.output %y, %z : tensor<1x32x112x112xf32>, tensor<1x32x56x56xf32>
  }
}
