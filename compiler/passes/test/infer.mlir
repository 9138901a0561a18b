// RUN: mgec-opt %s --mge-infer --split-input-file | FileCheck %s

!u = tensor<*x!mge.unknown>

// "flatten": the target shape is computed from the operand's own shape. The chain disappears, the reshape is static, and the
// constants that only the chain used are gone.
// CHECK-LABEL: mge.network @flatten
// CHECK-SAME: stage = "infer"
// CHECK-NOT: mge.weight
// CHECK: mge.variant @v0(%[[X:.*]]: tensor<2x3x4x5xf32>)
// CHECK-NEXT: %[[Y:.*]] = mge.reshape %[[X]] : (tensor<2x3x4x5xf32>) -> tensor<2x60xf32>
// CHECK-NEXT: mge.output %[[Y]] : tensor<2x60xf32>
mge.network @flatten attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @axis : tensor<1xsi32> = dense<0> : tensor<1xsi32>
  mge.weight @rest : tensor<1xsi32> = dense<-1> : tensor<1xsi32>
  mge.variant @v0(%x: tensor<2x3x4x5xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %shape = mge.get_var_shape %x : (tensor<2x3x4x5xf32>) -> !u
    %axis = mge.constant @axis : tensor<1xsi32>
    %n = mge.subtensor %shape, %axis {axes = array<i64: 0>, flags = array<i64: 8>} : (!u, tensor<1xsi32>) -> !u
    %rest = mge.constant @rest : tensor<1xsi32>
    %target = mge.concat %n, %rest {axis = 0} : (!u, tensor<1xsi32>) -> !u
    %y = mge.reshape %x, %target : (tensor<2x3x4x5xf32>, !u) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// The same with a symbolic batch: extents are expressions of the symbol.
// CHECK-DAG: #[[IN:.*]] = affine_map<()[s0] -> (s0, 3, 4, 5)>
// CHECK-DAG: #[[OUT:.*]] = affine_map<()[s0] -> (s0, 60)>
// CHECK-LABEL: mge.network @flatten_batch
// CHECK: mge.variant @v0(%[[X:.*]]: tensor<?x3x4x5xf32, #mge.enc<dims = #[[IN]]>>)
// CHECK-NEXT: mge.reshape %[[X]] : ({{.*}}) -> tensor<?x60xf32, #mge.enc<dims = #[[OUT]]>>
#batch = affine_map<()[s0] -> (s0, 3, 4, 5)>
mge.network @flatten_batch attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @axis : tensor<1xsi32> = dense<0> : tensor<1xsi32>
  mge.weight @rest : tensor<1xsi32> = dense<-1> : tensor<1xsi32>
  mge.variant @v0(%x: tensor<?x3x4x5xf32, #mge.enc<dims = #batch>>)
      attributes {input_names = ["x"], output_names = ["y"], symbols = [#mge.symbol<"N", 1, 64>]} {
    %shape = mge.get_var_shape %x : (tensor<?x3x4x5xf32, #mge.enc<dims = #batch>>) -> !u
    %axis = mge.constant @axis : tensor<1xsi32>
    %n = mge.subtensor %shape, %axis {axes = array<i64: 0>, flags = array<i64: 8>} : (!u, tensor<1xsi32>) -> !u
    %rest = mge.constant @rest : tensor<1xsi32>
    %target = mge.concat %n, %rest {axis = 0} : (!u, tensor<1xsi32>) -> !u
    %y = mge.reshape %x, %target : (tensor<?x3x4x5xf32, #mge.enc<dims = #batch>>, !u) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Channel shuffle with a symbolic batch: arithmetic on extents (a division), then reshape, permutation, reshape.
// CHECK-DAG: #[[SPLIT:.*]] = affine_map<()[s0] -> (s0, 2, 4, 3, 3)>
// CHECK-DAG: #[[SWAPPED:.*]] = affine_map<()[s0] -> (s0, 4, 2, 3, 3)>
// CHECK-LABEL: mge.network @shuffle
// CHECK-NOT: mge.elemwise
// CHECK: mge.reshape {{.*}} -> tensor<?x2x4x3x3xf32, #mge.enc<dims = #[[SPLIT]]>>
// CHECK-NEXT: mge.dimshuffle {{.*}} -> tensor<?x4x2x3x3xf32, #mge.enc<dims = #[[SWAPPED]]>>
// CHECK-NEXT: mge.reshape {{.*}} -> tensor<?x8x3x3xf32
#in = affine_map<()[s0] -> (s0, 8, 3, 3)>
mge.network @shuffle attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @i0 : tensor<1xsi32> = dense<0> : tensor<1xsi32>
  mge.weight @i1 : tensor<1xsi32> = dense<1> : tensor<1xsi32>
  mge.weight @i2 : tensor<1xsi32> = dense<2> : tensor<1xsi32>
  mge.weight @i3 : tensor<1xsi32> = dense<3> : tensor<1xsi32>
  mge.variant @v0(%x: tensor<?x8x3x3xf32, #mge.enc<dims = #in>>)
      attributes {input_names = ["x"], output_names = ["y"], symbols = [#mge.symbol<"N", 1, 64>]} {
    %shape = mge.get_var_shape %x : (tensor<?x8x3x3xf32, #mge.enc<dims = #in>>) -> !u
    %i0 = mge.constant @i0 : tensor<1xsi32>
    %i1 = mge.constant @i1 : tensor<1xsi32>
    %i2 = mge.constant @i2 : tensor<1xsi32>
    %i3 = mge.constant @i3 : tensor<1xsi32>
    %n = mge.subtensor %shape, %i0 {axes = array<i64: 0>, flags = array<i64: 8>} : (!u, tensor<1xsi32>) -> !u
    %c = mge.subtensor %shape, %i1 {axes = array<i64: 0>, flags = array<i64: 8>} : (!u, tensor<1xsi32>) -> !u
    %h = mge.subtensor %shape, %i2 {axes = array<i64: 0>, flags = array<i64: 8>} : (!u, tensor<1xsi32>) -> !u
    %w = mge.subtensor %shape, %i3 {axes = array<i64: 0>, flags = array<i64: 8>} : (!u, tensor<1xsi32>) -> !u
    %half = mge.elemwise floor_div(%c, %i2) : (!u, tensor<1xsi32>) -> !u
    %five = mge.concat %n, %i2, %half, %h, %w {axis = 0} : (!u, tensor<1xsi32>, !u, !u, !u) -> !u
    %split = mge.reshape %x, %five : (tensor<?x8x3x3xf32, #mge.enc<dims = #in>>, !u) -> !u
    %swapped = mge.dimshuffle %split {pattern = array<i64: 0, 2, 1, 3, 4>} : (!u) -> !u
    %y = mge.reshape %swapped, %shape : (!u, !u) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// A shape that is an output is data: it becomes a constant.
// CHECK-LABEL: mge.network @shape_as_data
// CHECK: mge.weight @[[W:shape[_0-9]*]] : tensor<2xsi32>
// CHECK: %[[C:.*]] = mge.constant @[[W]] : tensor<2xsi32>
// CHECK-NEXT: mge.output %[[C]]
mge.network @shape_as_data attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<7x9xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %shape = mge.get_var_shape %x : (tensor<7x9xf32>) -> !u
    mge.output %shape : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Operations on constants are computed, with the reference functions.
// CHECK-LABEL: mge.network @constants
// CHECK: mge.weight @[[SUM:folded[_0-9]*]] : tensor<3xf32>
// CHECK-NOT: mge.elemwise add
// CHECK: %[[SUMMED:.*]] = mge.constant @[[SUM]] : tensor<3xf32>
// CHECK: mge.elemwise mul(%{{.*}}, %[[SUMMED]])
mge.network @constants attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @two : tensor<1xf32> = dense<2.0> : tensor<1xf32>
  mge.weight @three : tensor<3xf32> = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  mge.variant @v0(%x: tensor<4x3xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %two = mge.constant @two : tensor<1xf32>
    %three = mge.constant @three : tensor<3xf32>
    %sum = mge.elemwise add(%two, %three) : (tensor<1xf32>, tensor<3xf32>) -> !u
    %y = mge.elemwise mul(%x, %sum) : (tensor<4x3xf32>, !u) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Element types: operands of an element-wise function are converted to the widest; comparisons of multi-type form give booleans.
// CHECK-LABEL: mge.network @types
// CHECK: %[[WIDE:.*]] = mge.type_cvt %{{.*}} {dtype = f32} : (tensor<4xsi32>) -> tensor<4xf32>
// CHECK: mge.elemwise add(%{{.*}}, %[[WIDE]]) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
// CHECK: mge.elemwise_multi_type leq({{.*}}) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
// CHECK: mge.argmax {{.*}} -> tensor<1xsi32>
mge.network @types attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%a: tensor<4xf32>, %b: tensor<4xsi32>) attributes {input_names = ["a", "b"], output_names = ["y", "z", "k"]} {
    %y = mge.elemwise add(%a, %b) : (tensor<4xf32>, tensor<4xsi32>) -> !u
    %z = mge.elemwise_multi_type leq(%a, %y) : (tensor<4xf32>, !u) -> !u
    %k = mge.argmax %a {axis = 0} : (tensor<4xf32>) -> !u
    mge.output %y, %z, %k : !u, !u, !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// Windows: convolution (grouped, strided, dilated), pooling, adaptive pooling, broadcasting of a bias.
// CHECK-LABEL: mge.network @windows
// CHECK: mge.conv {{.*}} -> tensor<1x8x7x5xf32>
// CHECK: mge.elemwise add({{.*}}) : {{.*}} -> tensor<1x8x7x5xf32>
// CHECK: mge.pool {{.*}} -> tensor<1x8x3x2xf32>
// CHECK: mge.adaptive_pool %{{[^,]*}} {{.*}} -> tensor<1x8x2x1xf32>
mge.network @windows attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<2x4x2x3x3xf32> = dense<1.0> : tensor<2x4x2x3x3xf32>
  mge.weight @b : tensor<1x8x1x1xf32> = dense<1.0> : tensor<1x8x1x1xf32>
  mge.weight @size : tensor<2xsi32> = dense<[2, 1]> : tensor<2xsi32>
  mge.variant @v0(%x: tensor<1x4x14x12xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<2x4x2x3x3xf32>
    %b = mge.constant @b : tensor<1x8x1x1xf32>
    %size = mge.constant @size : tensor<2xsi32>
    %conv = mge.conv %x, %w {sparse = #mge<convSparse group>, pad_h = 1, stride_h = 2, stride_w = 2, dilate_w = 2, pad_w = 1}
        : (tensor<1x4x14x12xf32>, tensor<2x4x2x3x3xf32>) -> !u
    %add = mge.elemwise add(%conv, %b) : (!u, tensor<1x8x1x1xf32>) -> !u
    %pool = mge.pool %add {mode = #mge<poolMode max>} : (!u) -> !u
    %y = mge.adaptive_pool %pool, %size : (!u, tensor<2xsi32>) -> !u
    mge.output %y : !u
  }
}
