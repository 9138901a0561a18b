// RUN: mgec-opt %s --mge-fuse --mge-choose --mge-pack --mge-plan --mge-build --split-input-file | FileCheck %s

// Every group has its kernels, for each target; equal work is one kernel. What a kernel reads and writes are its roles; the
// element-wise tail is its consumer.
// CHECK-LABEL: mge.network @build
// CHECK-SAME: stage = "build"
// CHECK: mge.variant @v0{{.*}}scratch_bytes = {{[1-9][0-9]*}}
// CHECK: kernels = [@x86_64_v3::@[[FIRST:k[0-9]+]], @generic::@[[PLAIN:k[0-9]+]]], {{.*}}row = "conv_f32_blocked_direct"
// CHECK: mge.conv
// CHECK: kernels = [@x86_64_v3::@[[FIRST]], @generic::@[[PLAIN]]], {{.*}}row = "conv_f32_blocked_direct"
// CHECK: mge.conv
// CHECK: kernels = [], {{.*}}row = "view"

// CHECK: builtin.module @x86_64_v3
// CHECK: mgk.kernel @[[FIRST]] ["packed2", "in0", "packed1", "out0"]
// CHECK-SAME: functors = [{kinds = ["channel"], name = "consumer", result = "t1", roles = ["packed2"], steps = ["t0 = add(x, o0)", "t1 = relu(t0)"]
// CHECK-SAME: headers = ["conv/direct.hpp"
// CHECK: scf.for
// CHECK: mgk.micro "conv::{{.*}}<8,{{.*}}consumer
// CHECK: builtin.module @generic
// CHECK: mgk.kernel @[[PLAIN]]
// CHECK: mgk.micro
mge.network @build attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3", "generic"]} {
  mge.weight @w1 : tensor<16x16x3x3xf32> = dense<1.0> : tensor<16x16x3x3xf32>
  mge.weight @w2 : tensor<16x16x3x3xf32> = dense<2.0> : tensor<16x16x3x3xf32>
  mge.weight @b1 : tensor<1x16x1x1xf32> = dense<1.0> : tensor<1x16x1x1xf32>
  mge.weight @b2 : tensor<1x16x1x1xf32> = dense<2.0> : tensor<1x16x1x1xf32>
  mge.variant @v0(%x: tensor<1x16x9x9xf32>) attributes {input_names = ["x"], output_names = ["y", "z"]} {
    %w1 = mge.constant @w1 : tensor<16x16x3x3xf32>
    %w2 = mge.constant @w2 : tensor<16x16x3x3xf32>
    %b1 = mge.constant @b1 : tensor<1x16x1x1xf32>
    %b2 = mge.constant @b2 : tensor<1x16x1x1xf32>
    %c1 = mge.conv %x, %w1 {stride_h = 2, stride_w = 2, pad_h = 1, pad_w = 1} : (tensor<1x16x9x9xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x5x5xf32>
    %a1 = mge.elemwise add(%c1, %b1) : (tensor<1x16x5x5xf32>, tensor<1x16x1x1xf32>) -> tensor<1x16x5x5xf32>
    %y = mge.elemwise relu(%a1) : (tensor<1x16x5x5xf32>) -> tensor<1x16x5x5xf32>
    %c2 = mge.conv %x, %w2 {stride_h = 2, stride_w = 2, pad_h = 1, pad_w = 1} : (tensor<1x16x9x9xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x5x5xf32>
    %a2 = mge.elemwise add(%c2, %b2) : (tensor<1x16x5x5xf32>, tensor<1x16x1x1xf32>) -> tensor<1x16x5x5xf32>
    %r = mge.elemwise relu(%a2) : (tensor<1x16x5x5xf32>) -> tensor<1x16x5x5xf32>
    %z = mge.reshape %r : (tensor<1x16x5x5xf32>) -> tensor<1x400xf32>
    mge.output %y, %z : tensor<1x16x5x5xf32>, tensor<1x400xf32>
  }
}

// -----

// With a symbolic batch the chunks of a kernel are those of one sample.
// CHECK-LABEL: mge.network @batch
// CHECK: mgk.kernel @{{.*}} attributes {batched = true, chunks = {{[0-9]+}} : i64
#dims = affine_map<()[s0] -> (s0, 1024)>
mge.network @batch attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<?x1024xf32, #mge.enc<dims = #dims>>)
      attributes {input_names = ["x"], output_names = ["y"], symbols = [#mge.symbol<"N", 1, 64>]} {
    %y = mge.elemwise exp(%x) : (tensor<?x1024xf32, #mge.enc<dims = #dims>>) -> tensor<?x1024xf32, #mge.enc<dims = #dims>>
    mge.output %y : tensor<?x1024xf32, #mge.enc<dims = #dims>>
  }
}
