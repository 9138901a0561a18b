// RUN: mgec-opt %s --mge-fuse --mge-choose --split-input-file | FileCheck %s --check-prefixes=CHECK,COST
// RUN: mgec-opt %s --mge-fuse --mge-choose='force=conv_f32_blocked_direct' --split-input-file | FileCheck %s --check-prefixes=CHECK,FORCE
// RUN: mgec-opt %s --mge-fuse --mge-choose='reference=true' --split-input-file | FileCheck %s --check-prefix=REFERENCE

// A stem, then a 1x1 convolution: rows and layouts are chosen together. The stem reads the row-major input and writes channel
// blocks, which the second reads: one relayout, before the output. Rows that were not taken say why.
// CHECK-LABEL: mge.network @stem
// CHECK-SAME: channel_block = 8
// CHECK-SAME: stage = "choose"
// CHECK: mge.variant @v0(%[[X:.*]]: tensor<1x3x16x16xf32>)
// COST: %[[A:.*]] = mge.group (%{{.*}} = %[[X]] : tensor<1x3x16x16xf32>, {{.*}}) -> (tensor<1x16x16x16xf32, #mge.enc<nchw8>>)
// COST-SAME: refused = [{{.*}}{reason = "needs a 1x1 filter {{[^"]*}}", row = "conv_f32_blocked_1x1"}
// COST-SAME: row = "conv_f32_planar_direct"
// FORCE: %[[IN:.*]] = mge.group (%{{.*}} = %[[X]] : tensor<1x3x16x16xf32>) -> (tensor<1x3x16x16xf32, #mge.enc<nchw8>>)
// FORCE-SAME: row = "relayout_f32_nchw_to_blocked"
// FORCE: %[[A:.*]] = mge.group (%{{.*}} = %[[IN]] : tensor<1x3x16x16xf32, #mge.enc<nchw8>>, {{.*}}) -> (tensor<1x16x16x16xf32, #mge.enc<nchw8>>)
// FORCE-SAME: row = "conv_f32_blocked_direct"
// CHECK: %[[B:.*]] = mge.group (%{{.*}} = %[[A]] : tensor<1x16x16x16xf32, #mge.enc<nchw8>>, {{.*}}) -> (tensor<1x32x16x16xf32, #mge.enc<nchw8>>)
// CHECK-SAME: row = "conv_f32_blocked_
// CHECK: %[[Y:.*]] = mge.group (%{{.*}} = %[[B]] : tensor<1x32x16x16xf32, #mge.enc<nchw8>>) -> (tensor<1x32x16x16xf32>)
// CHECK-SAME: row = "relayout_f32_blocked_to_nchw"
// CHECK: mge.output %[[Y]] : tensor<1x32x16x16xf32>

// REFERENCE-LABEL: mge.network @stem
// REFERENCE-COUNT-3: row = "reference"
// REFERENCE-NOT: #mge.enc
// REFERENCE: mge.output
mge.network @stem attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.weight @w1 : tensor<16x3x3x3xf32> = dense<1.0> : tensor<16x3x3x3xf32>
  mge.weight @w2 : tensor<32x16x1x1xf32> = dense<1.0> : tensor<32x16x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x16x16xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w1 = mge.constant @w1 : tensor<16x3x3x3xf32>
    %w2 = mge.constant @w2 : tensor<32x16x1x1xf32>
    %a = mge.conv %x, %w1 {pad_h = 1, pad_w = 1} : (tensor<1x3x16x16xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x16x16xf32>
    %b = mge.conv %a, %w2 : (tensor<1x16x16x16xf32>, tensor<32x16x1x1xf32>) -> tensor<1x32x16x16xf32>
    %y = mge.elemwise relu(%b) : (tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32>
    mge.output %y : tensor<1x32x16x16xf32>
  }
}

// -----

// Targets decide the width of blocks: sixteen channels where AVX-512 is among them, for all of them.
// CHECK-LABEL: mge.network @wide
// CHECK-SAME: channel_block = 16
// CHECK: #mge.enc<nchw16>
// CHECK-NOT: #mge.enc<nchw8>
mge.network @wide attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v4", "x86-64-v3", "generic"]} {
  mge.weight @w : tensor<64x64x3x3xf32> = dense<1.0> : tensor<64x64x3x3xf32>
  mge.variant @v0(%x: tensor<1x64x28x28xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<64x64x3x3xf32>
    %a = mge.conv %x, %w {pad_h = 1, pad_w = 1} : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
    %y = mge.conv %a, %w {pad_h = 1, pad_w = 1} : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
    mge.output %y : tensor<1x64x28x28xf32>
  }
}

// -----

// 3x3 with many channels: Winograd. Depthwise has a row of its own.
// CHECK-LABEL: mge.network @families
// COST: row = "conv_f32_blocked_winograd{{[24]}}"
// FORCE: row = "conv_f32_blocked_direct"
// CHECK: row = "conv_f32_blocked_depthwise"
mge.network @families attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.weight @w1 : tensor<64x64x3x3xf32> = dense<1.0> : tensor<64x64x3x3xf32>
  mge.weight @w2 : tensor<64x1x1x3x3xf32> = dense<1.0> : tensor<64x1x1x3x3xf32>
  mge.variant @v0(%x: tensor<1x64x28x28xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w1 = mge.constant @w1 : tensor<64x64x3x3xf32>
    %w2 = mge.constant @w2 : tensor<64x1x1x3x3xf32>
    %a = mge.conv %x, %w1 {pad_h = 1, pad_w = 1} : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
    %y = mge.conv %a, %w2 {pad_h = 1, pad_w = 1, sparse = #mge<convSparse group>}
        : (tensor<1x64x28x28xf32>, tensor<64x1x1x3x3xf32>) -> tensor<1x64x28x28xf32>
    mge.output %y : tensor<1x64x28x28xf32>
  }
}

// -----

// A value that two groups want in another layout is moved once.
// CHECK-LABEL: mge.network @shared_relayout
// FORCE-COUNT-1: row = "relayout_f32_nchw_to_blocked"
// FORCE-NOT: row = "relayout_f32_nchw_to_blocked"
// CHECK: mge.output
mge.network @shared_relayout attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.weight @w : tensor<16x16x3x3xf32> = dense<1.0> : tensor<16x16x3x3xf32>
  mge.variant @v0(%x: tensor<1x16x9x9xf32>) attributes {input_names = ["x"], output_names = ["y", "z"]} {
    %w = mge.constant @w : tensor<16x16x3x3xf32>
    %y = mge.conv %x, %w : (tensor<1x16x9x9xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x7x7xf32>
    %z = mge.conv %x, %w {pad_h = 1, pad_w = 1} : (tensor<1x16x9x9xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x9x9xf32>
    mge.output %y, %z : tensor<1x16x7x7xf32>, tensor<1x16x9x9xf32>
  }
}

// -----

// Views need no kernel.
// CHECK-LABEL: mge.network @view
// CHECK: mge.group (%{{.*}} = %[[E:.*]] : tensor<4x6xf32>) -> (tensor<24xf32>) attributes {cost_ns = 0{{.*}}row = "view"
mge.network @view attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<4x6xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %e = mge.elemwise exp(%x) : (tensor<4x6xf32>) -> tensor<4x6xf32>
    %v = mge.reshape %e : (tensor<4x6xf32>) -> tensor<24xf32>
    %y = mge.softmax %v {axis = 0} : (tensor<24xf32>) -> tensor<24xf32>
    mge.output %y : tensor<24xf32>
  }
}
