// RUN: mgec-opt %s --mge-fuse --mge-choose --mge-pack --split-input-file | FileCheck %s

// Every constant that a kernel reads stands once in the order that it wants, at a multiple of 64 bytes; a channel's constants
// are filled up to whole vectors; single numbers are printed into the code instead. Two users of one weight share it, and
// variants do too.
// CHECK-LABEL: mge.network @pack
// CHECK-SAME: packed_bytes = [[BYTES:[0-9]+]]
// CHECK-SAME: stage = "pack"
// The filter: 16 * 16 * 3 * 3 floats.
// CHECK: mge.packed @[[W:p0]] from @w as "oihw_{{.*}}" at 0, 9216
// CHECK-NEXT: mge.packed @[[B:p1]] from @b as "channel16" at 9216, 64
// CHECK-NOT: mge.packed
// CHECK: mge.variant @v0
// CHECK: packed = [unit, @[[W]], @[[B]], unit]
// CHECK: packed = [unit, @[[W]]]
// CHECK: mge.variant @v1
// CHECK: packed = [unit, @[[W]]]
mge.network @pack attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.weight @w : tensor<16x16x3x3xf32> = dense<1.0> : tensor<16x16x3x3xf32>
  mge.weight @b : tensor<1x16x1x1xf32> = dense<2.0> : tensor<1x16x1x1xf32>
  mge.weight @six : tensor<1xf32> = dense<6.0> : tensor<1xf32>
  mge.variant @v0(%x: tensor<1x16x9x9xf32>) attributes {input_names = ["x"], output_names = ["y", "z"]} {
    %w = mge.constant @w : tensor<16x16x3x3xf32>
    %b = mge.constant @b : tensor<1x16x1x1xf32>
    %six = mge.constant @six : tensor<1xf32>
    %c = mge.conv %x, %w {stride_h = 2, stride_w = 2} : (tensor<1x16x9x9xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x4x4xf32>
    %a = mge.elemwise add(%c, %b) : (tensor<1x16x4x4xf32>, tensor<1x16x1x1xf32>) -> tensor<1x16x4x4xf32>
    %y = mge.elemwise min(%a, %six) : (tensor<1x16x4x4xf32>, tensor<1xf32>) -> tensor<1x16x4x4xf32>
    %z = mge.conv %x, %w {stride_h = 2, stride_w = 2, pad_h = 1, pad_w = 1} : (tensor<1x16x9x9xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x5x5xf32>
    mge.output %y, %z : tensor<1x16x4x4xf32>, tensor<1x16x5x5xf32>
  }
  mge.variant @v1(%x: tensor<1x16x19x19xf32>) attributes {input_names = ["x"], output_names = ["z"]} {
    %w = mge.constant @w : tensor<16x16x3x3xf32>
    %z = mge.conv %x, %w {stride_h = 2, stride_w = 2} : (tensor<1x16x19x19xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x9x9xf32>
    mge.output %z : tensor<1x16x9x9xf32>
  }
}

// -----

// 17 numbers along the lanes are filled up to whole vectors; the next constant begins at a multiple of 64, and so does what
// would come after it.
// CHECK-LABEL: mge.network @aligned
// CHECK-SAME: packed_bytes = 192
// CHECK: mge.packed @p0 from @a as "channel16" at 0, 128
// CHECK-NEXT: mge.packed @p1 from @b as "dense" at 128, 40
mge.network @aligned attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["generic"]} {
  mge.weight @a : tensor<17xf32> = dense<1.0> : tensor<17xf32>
  mge.weight @b : tensor<10x1xf32> = dense<2.0> : tensor<10x1xf32>
  mge.variant @v0(%x: tensor<10x17xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %a = mge.constant @a : tensor<17xf32>
    %b = mge.constant @b : tensor<10x1xf32>
    %s = mge.elemwise add(%x, %a) : (tensor<10x17xf32>, tensor<17xf32>) -> tensor<10x17xf32>
    %y = mge.elemwise mul(%s, %b) : (tensor<10x17xf32>, tensor<10x1xf32>) -> tensor<10x17xf32>
    mge.output %y : tensor<10x17xf32>
  }
}
