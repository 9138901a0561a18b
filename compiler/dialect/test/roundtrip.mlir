// RUN: mgec-opt %s | FileCheck %s
// RUN: mgec-opt %s | mgec-opt | FileCheck %s
// RUN: mgec-opt %s --mlir-print-op-generic | mgec-opt | FileCheck %s

// What is printed can be read again: layouts, extents as expressions, weights, groups with all decisions.
// CHECK: #[[DIMS:.*]] = affine_map<()[s0] -> (s0, 8, 4, 4)>
// CHECK: mge.network @all
#dims = affine_map<()[s0] -> (s0, 8, 4, 4)>
mge.network @all attributes {fingerprint = "ab", graph_hash = "cd", targets = ["generic"]} {
  // CHECK: mge.weight @w : tensor<8x1x1xf32> = dense<1.000000e+00> : tensor<8x1x1xf32>
  mge.weight @w : tensor<8x1x1xf32> = dense<1.0> : tensor<8x1x1xf32>
  // CHECK: mge.weight @q : tensor<2x!quant.uniform<i8:f32, 5.000000e-01>> = dense<[1, -2]> : tensor<2xsi8>
  mge.weight @q : tensor<2x!quant.uniform<i8:f32, 0.5>> = dense<[1, -2]> : tensor<2xsi8>
  // CHECK: mge.packed @p from @w as "channel16" at 64, 4 = dense<[0, 0, 128, 63]> : tensor<4xui8>
  mge.packed @p from @w as "channel16" at 64, 4 = dense<[0, 0, 128, 63]> : tensor<4xui8>
  // CHECK: mge.variant @v0(%[[X:.*]]: tensor<?x8x4x4xf32, #mge.enc<dims = #[[DIMS]]>>) attributes {input_names = ["x"], output_names = ["y"], precision = "f32", symbols = [#mge.symbol<"N", 1, 64>]}
  mge.variant @v0(%x: tensor<?x8x4x4xf32, #mge.enc<dims = #dims>>)
      attributes {input_names = ["x"], output_names = ["y"], symbols = [#mge.symbol<"N", 1, 64>]} {
    // CHECK: %[[W:.*]] = mge.constant @w : tensor<8x1x1xf32>
    %w = mge.constant @w : tensor<8x1x1xf32>
    // CHECK: %[[A:.*]] = mge.group (%[[IN:.*]] = %[[X]] : tensor<?x8x4x4xf32, #mge.enc<dims = #[[DIMS]]>>, %[[F:.*]] = %[[W]] : tensor<8x1x1xf32>) -> (tensor<?x8x4x4xf32, #mge.enc<nchw8, dims = #[[DIMS]]>>)
    // CHECK-SAME: packed = [unit, @p], places = [#mge.place<"arena", 64, 512>]
    // CHECK-SAME: refused = [{reason = "too slow", row = "other"}], row = "some_row", tiles = {rows = 4 : i64}
    %a = mge.group (%in = %x : tensor<?x8x4x4xf32, #mge.enc<dims = #dims>>, %f = %w : tensor<8x1x1xf32>)
        -> (tensor<?x8x4x4xf32, #mge.enc<nchw8, dims = #dims>>)
        attributes {packed = [unit, @p], places = [#mge.place<"arena", 64, 512>],
                    refused = [{reason = "too slow", row = "other"}], row = "some_row", tiles = {rows = 4}} {
      // CHECK: mge.elemwise mul(%[[IN]], %[[F]])
      %m = mge.elemwise mul(%in, %f) : (tensor<?x8x4x4xf32, #mge.enc<dims = #dims>>, tensor<8x1x1xf32>) -> tensor<?x8x4x4xf32, #mge.enc<dims = #dims>>
      mge.yield %m : tensor<?x8x4x4xf32, #mge.enc<dims = #dims>>
    }
    // CHECK: mge.relayout %[[A]]
    %y = mge.relayout %a : (tensor<?x8x4x4xf32, #mge.enc<nchw8, dims = #dims>>) -> tensor<?x8x4x4xf32, #mge.enc<dims = #dims>>
    mge.output %y : tensor<?x8x4x4xf32, #mge.enc<dims = #dims>>
  }
  // CHECK: mge.variant @v1(%{{.*}}: tensor<4x6xf32, #mge.enc<blocks<0:2, 1:3>>>)
  mge.variant @v1(%x: tensor<4x6xf32, #mge.enc<blocks<0:2, 1:3>>>) attributes {input_names = ["x"], output_names = ["y"]} {
    mge.output %x : tensor<4x6xf32, #mge.enc<blocks<0:2, 1:3>>>
  }
}
