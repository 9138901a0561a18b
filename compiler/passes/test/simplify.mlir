// RUN: mgec-opt %s --mge-infer --mge-simplify --split-input-file | FileCheck %s

!u = tensor<*x!mge.unknown>

// A convolution that says its bias and activation itself says them as element-wise operations afterwards.
// CHECK-LABEL: mge.network @conv_bias
// CHECK-SAME: stage = "simplify"
// CHECK: %[[C:.*]] = mge.conv %{{.*}}, %{{[^,]*}} {pad_h = 1 : i64, pad_w = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>)
// CHECK-NEXT: %[[A:.*]] = mge.elemwise add(%[[C]], %{{.*}})
// CHECK-NEXT: %[[Z:.*]] = mge.elemwise add(%[[A]], %{{.*}})
// CHECK-NEXT: %[[R:.*]] = mge.elemwise relu(%[[Z]])
// CHECK-NEXT: mge.output %[[R]]
mge.network @conv_bias attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<4x3x3x3xf32> = dense<1.0> : tensor<4x3x3x3xf32>
  mge.weight @b : tensor<1x4x1x1xf32> = dense<2.0> : tensor<1x4x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>, %z: tensor<1x4x8x8xf32>) attributes {input_names = ["x", "z"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<4x3x3x3xf32>
    %b = mge.constant @b : tensor<1x4x1x1xf32>
    %y = mge.conv %x, %w, %b, %z {nonline_mode = #mge<nonlineMode relu>, pad_h = 1, pad_w = 1}
        : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<1x4x1x1xf32>, tensor<1x4x8x8xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// A quantised one keeps them: its sums are exact integers inside the kernel.
// CHECK-LABEL: mge.network @quantised
// CHECK: mge.conv %{{.*}}, %{{.*}}, %{{.*}} {nonline_mode = #mge<nonlineMode relu>
// CHECK-NOT: mge.elemwise
mge.network @quantised attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<4x3x1x1x!quant.uniform<i8:f32, 0.5>> = dense<1> : tensor<4x3x1x1xsi8>
  mge.weight @b : tensor<1x4x1x1x!quant.uniform<i32:f32, 0.25>> = dense<2> : tensor<1x4x1x1xsi32>
  mge.variant @v0(%x: tensor<1x3x8x8x!quant.uniform<i8:f32, 0.5>>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<4x3x1x1x!quant.uniform<i8:f32, 0.5>>
    %b = mge.constant @b : tensor<1x4x1x1x!quant.uniform<i32:f32, 0.25>>
    %y = mge.conv %x, %w, %b {nonline_mode = #mge<nonlineMode relu>, output_dtype = !quant.uniform<i8:f32, 1.0>}
        : (tensor<1x3x8x8x!quant.uniform<i8:f32, 0.5>>, tensor<4x3x1x1x!quant.uniform<i8:f32, 0.5>>,
           tensor<1x4x1x1x!quant.uniform<i32:f32, 0.25>>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Batch normalisation with known statistics after a convolution: one convolution with other weights, and one addition. The
// values: factor = scale / sqrt(var + eps) = 6 / sqrt(8 + 1) = 2, so w = 1 * 2; shift = bias - mean * factor = 10 - 3 * 2 = 4.
// CHECK-LABEL: mge.network @batch_norm
// CHECK-NOT: mge.batch_norm
// CHECK: %[[SHIFT:.*]] = mge.constant @{{.*}} : tensor<1x4x1x1xf32>
// CHECK: %[[W:.*]] = mge.constant @{{.*}} : tensor<4x3x1x1xf32>
// CHECK-NEXT: %[[C:.*]] = mge.conv %{{.*}}, %[[W]]
// CHECK-NEXT: %[[Y:.*]] = mge.elemwise add(%[[C]], %[[SHIFT]])
// CHECK-NEXT: mge.output %[[Y]]
// The values, after the alignment (four bytes): 4.0 four times, 2.0 twelve times.
// CHECK-DAG: "0x40000000{{(00008040)(00008040)(00008040)(00008040)}}"
// CHECK-DAG: "0x40000000{{(00000040)+}}"
mge.network @batch_norm attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<4x3x1x1xf32> = dense<1.0> : tensor<4x3x1x1xf32>
  mge.weight @scale : tensor<1x4x1x1xf32> = dense<6.0> : tensor<1x4x1x1xf32>
  mge.weight @bias : tensor<1x4x1x1xf32> = dense<10.0> : tensor<1x4x1x1xf32>
  mge.weight @mean : tensor<1x4x1x1xf32> = dense<3.0> : tensor<1x4x1x1xf32>
  mge.weight @var : tensor<1x4x1x1xf32> = dense<8.0> : tensor<1x4x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<4x3x1x1xf32>
    %scale = mge.constant @scale : tensor<1x4x1x1xf32>
    %bias = mge.constant @bias : tensor<1x4x1x1xf32>
    %mean = mge.constant @mean : tensor<1x4x1x1xf32>
    %var = mge.constant @var : tensor<1x4x1x1xf32>
    %c = mge.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> !u
    %y = mge.batch_norm %c, %scale, %bias, %mean, %var {epsilon = 1.0 : f64}
        : (!u, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// A convolution whose result has another reader keeps its weights.
// CHECK-LABEL: mge.network @two_readers
// CHECK: %[[C:.*]] = mge.conv
// CHECK: %[[S:.*]] = mge.elemwise mul(%[[C]], %{{.*}})
// CHECK: mge.output %[[C]], %[[S]]
mge.network @two_readers attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<4x3x1x1xf32> = dense<1.0> : tensor<4x3x1x1xf32>
  mge.weight @s : tensor<1x4x1x1xf32> = dense<6.0> : tensor<1x4x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>) attributes {input_names = ["x"], output_names = ["c", "y"]} {
    %w = mge.constant @w : tensor<4x3x1x1xf32>
    %s = mge.constant @s : tensor<1x4x1x1xf32>
    %c = mge.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> !u
    %y = mge.elemwise mul(%c, %s) : (!u, tensor<1x4x1x1xf32>) -> !u
    mge.output %c, %y : !u, !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Views: axis insertion and removal, permutations of unit axes and nested reshapes are one reshape; one back to where it began
// is none.
// CHECK-LABEL: mge.network @views
// CHECK: mge.variant @v0(%[[X:.*]]: tensor<2x3x1x4xf32>)
// CHECK-NEXT: %[[A:.*]] = mge.reshape %[[X]] : (tensor<2x3x1x4xf32>) -> tensor<24xf32>
// CHECK-NEXT: %[[B:.*]] = mge.elemwise relu(%[[X]])
// CHECK-NEXT: mge.output %[[A]], %[[B]]
mge.network @views attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @flat : tensor<1xsi32> = dense<-1> : tensor<1xsi32>
  mge.variant @v0(%x: tensor<2x3x1x4xf32>) attributes {input_names = ["x"], output_names = ["a", "b"]} {
    %flat = mge.constant @flat : tensor<1xsi32>
    %three = mge.axis_add_remove %x {methods = array<i64: 1>, axes = array<i64: 2>} : (tensor<2x3x1x4xf32>) -> !u
    %four = mge.axis_add_remove %three {methods = array<i64: 0>, axes = array<i64: 0>} : (!u) -> !u
    %moved = mge.dimshuffle %four {pattern = array<i64: 1, 0, 2, 3>} : (!u) -> !u
    %a = mge.reshape %moved, %flat : (!u, tensor<1xsi32>) -> !u
    %back = mge.axis_add_remove %three {methods = array<i64: 0>, axes = array<i64: 2>} : (!u) -> !u
    %b = mge.elemwise relu(%back) : (!u) -> !u
    mge.output %a, %b : !u, !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// A permutation that moves data stays one.
// CHECK-LABEL: mge.network @transpose
// CHECK: mge.dimshuffle %{{.*}} {pattern = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
mge.network @transpose attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<2x3xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %y = mge.dimshuffle %x {pattern = array<i64: 1, 0>} : (tensor<2x3xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Adaptive pooling is pooling once sizes are known: 7 -> 2 has stride 3 and window 7 - (2 - 1) * 3.
// CHECK-LABEL: mge.network @adaptive
// CHECK-NOT: adaptive_pool
// CHECK: mge.pool %{{.*}} {mode = #mge<poolMode average>, stride_h = 3 : i64, stride_w = 5 : i64, window_h = 4 : i64, window_w = 5 : i64} : (tensor<1x3x7x5xf32>) -> tensor<1x3x2x1xf32>
mge.network @adaptive attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @size : tensor<2xsi32> = dense<[2, 1]> : tensor<2xsi32>
  mge.variant @v0(%x: tensor<1x3x7x5xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %size = mge.constant @size : tensor<2xsi32>
    %y = mge.adaptive_pool %x, %size {mode = #mge<poolMode average>} : (tensor<1x3x7x5xf32>, tensor<2xsi32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Slices with known bounds; a whole slice is nothing; dropping a unit axis is a view.
// CHECK-LABEL: mge.network @slices
// CHECK: mge.variant @v0(%[[X:.*]]: tensor<4x1x6xf32>)
// CHECK-DAG: %[[PART:.*]] = mge.slice %[[X]] {drop = array<i64: 0, 0, 0>, starts = array<i64: 0, 0, 5>, steps = array<i64: 1, 1, -2>} : (tensor<4x1x6xf32>) -> tensor<4x1x3xf32>
// CHECK-DAG: %[[ROW:.*]] = mge.reshape %[[X]] : (tensor<4x1x6xf32>) -> tensor<4x6xf32>
// CHECK: mge.output %[[PART]], %[[X]], %[[ROW]]
mge.network @slices attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @zero : tensor<1xsi32> = dense<0> : tensor<1xsi32>
  mge.weight @back : tensor<1xsi32> = dense<-2> : tensor<1xsi32>
  mge.variant @v0(%x: tensor<4x1x6xf32>) attributes {input_names = ["x"], output_names = ["part", "whole", "row"]} {
    %zero = mge.constant @zero : tensor<1xsi32>
    %back = mge.constant @back : tensor<1xsi32>
    %part = mge.subtensor %x, %back {axes = array<i64: 2>, flags = array<i64: 4>} : (tensor<4x1x6xf32>, tensor<1xsi32>) -> !u
    %whole = mge.subtensor %x, %zero {axes = array<i64: 2>, flags = array<i64: 1>} : (tensor<4x1x6xf32>, tensor<1xsi32>) -> !u
    %row = mge.subtensor %x, %zero {axes = array<i64: 1>, flags = array<i64: 8>} : (tensor<4x1x6xf32>, tensor<1xsi32>) -> !u
    mge.output %part, %whole, %row : !u, !u, !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// What nobody reads goes, and what is computed twice is computed once; weights that are left over go too.
// CHECK-LABEL: mge.network @clean
// CHECK-NOT: @unused
// CHECK: %[[E:.*]] = mge.elemwise exp(
// CHECK-NOT: mge.elemwise
// CHECK: mge.output %[[E]], %[[E]] :
mge.network @clean attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @unused : tensor<4xf32> = dense<1.0> : tensor<4xf32>
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["a", "b"]} {
    %u = mge.constant @unused : tensor<4xf32>
    %sum = mge.elemwise add(%x, %u) : (tensor<4xf32>, tensor<4xf32>) -> !u
    %dead = mge.elemwise sin(%sum) : (!u) -> !u
    %a = mge.elemwise exp(%x) : (tensor<4xf32>) -> !u
    %b = mge.elemwise exp(%x) : (tensor<4xf32>) -> !u
    mge.output %a, %b : !u, !u
  }
}
