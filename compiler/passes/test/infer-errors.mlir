// RUN: mgec-opt %s --mge-infer --split-input-file --verify-diagnostics

!u = tensor<*x!mge.unknown>

mge.network @wrong_channels attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<4x5x3x3xf32> = dense<1.0> : tensor<4x5x3x3xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<4x5x3x3xf32>
    // expected-error@+1 {{src {1,3,8,8} has not the 5 channels of filter {4,5,3,3}}}
    %y = mge.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x5x3x3xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @window_too_large attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<1x3x8x2xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{has a window of 3 on an extent of 2 with padding 0}}
    %y = mge.pool %x {window_h = 3, window_w = 3} : (tensor<1x3x8x2xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @stride_zero attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<4x3x3x3xf32> = dense<1.0> : tensor<4x3x3x3xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<4x3x3x3xf32>
    // expected-error@+1 {{needs positive strides and dilations}}
    %y = mge.conv %x, %w {stride_h = 0} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @layout_of_file attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<1x1x3x3x4x4xf32> = dense<1.0> : tensor<1x1x3x3x4x4xf32>
  mge.variant @v0(%x: tensor<1x1x8x8x4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %w = mge.constant @w : tensor<1x1x3x3x4x4xf32>
    // expected-error@+1 {{format nchw44 is not supported; nchw and nhwc are}}
    %y = mge.conv %x, %w {format = #mge<convFormat nchw44>} : (tensor<1x1x8x8x4xf32>, tensor<1x1x3x3x4x4xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @no_broadcast attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) attributes {input_names = ["a", "b"], output_names = ["y"]} {
    // expected-error@+1 {{cannot broadcast shapes {2,3} and {2,4}}}
    %y = mge.elemwise add(%a, %b) : (tensor<2x3xf32>, tensor<2x4xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @matmul_inner attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) attributes {input_names = ["a", "b"], output_names = ["y"]} {
    // expected-error@+1 {{operands {2,3} and {4,5} do not fit}}
    %y = mge.matmul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @reshape_count attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @s : tensor<2xsi32> = dense<[4, 5]> : tensor<2xsi32>
  mge.variant @v0(%x: tensor<2x3xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %s = mge.constant @s : tensor<2xsi32>
    // expected-error@+1 {{cannot reshape {2,3} to {4,5}}}
    %y = mge.reshape %x, %s : (tensor<2x3xf32>, tensor<2xsi32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

// A target shape that only the values of an input decide.
mge.network @shape_from_values attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<2x3xf32>, %s: tensor<2xsi32>) attributes {input_names = ["x", "s"], output_names = ["y"]} {
    // expected-error@+1 {{needs a target shape}}
    %y = mge.reshape %x, %s : (tensor<2x3xf32>, tensor<2xsi32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @slice_of_batch attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @two : tensor<1xsi32> = dense<2> : tensor<1xsi32>
  mge.variant @v0(%x: tensor<?x3xf32, #mge.enc<dims = affine_map<()[s0] -> (s0, 3)>>>)
      attributes {input_names = ["x"], output_names = ["y"], symbols = [#mge.symbol<"N", 1, 64>]} {
    %two = mge.constant @two : tensor<1xsi32>
    // expected-error@+1 {{slices the symbolic axis 0}}
    %y = mge.subtensor %x, %two {axes = array<i64: 0>, flags = array<i64: 1>}
        : (tensor<?x3xf32, #mge.enc<dims = affine_map<()[s0] -> (s0, 3)>>>, tensor<1xsi32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @index_out_of_range attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @five : tensor<1xsi32> = dense<5> : tensor<1xsi32>
  mge.variant @v0(%x: tensor<4x3xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %five = mge.constant @five : tensor<1xsi32>
    // expected-error@+1 {{index 5 is out of range for axis 0 of {4,3}}}
    %y = mge.subtensor %x, %five {axes = array<i64: 0>, flags = array<i64: 8>} : (tensor<4x3xf32>, tensor<1xsi32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @axis_out_of_range attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<4x3xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{axis 2 is out of range for 2 dimensions}}
    %y = mge.softmax %x {axis = 2} : (tensor<4x3xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @training attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @c : tensor<1x3x1x1xf32> = dense<1.0> : tensor<1x3x1x1xf32>
  mge.variant @v0(%x: tensor<1x3x8x8xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %c = mge.constant @c : tensor<1x3x1x1xf32>
    // expected-error@+1 {{training mode is not supported; dump the model in evaluation mode}}
    %y = mge.batch_norm %x, %c, %c, %c, %c {fwd_mode = #mge<bNFwdMode training>}
        : (tensor<1x3x8x8xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @too_large attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @s : tensor<4xsi32> = dense<2000000000> : tensor<4xsi32>
  mge.variant @v0(%x: tensor<1xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    %s = mge.constant @s : tensor<4xsi32>
    // expected-error@+1 {{makes too large a tensor}}
    %y = mge.broadcast %x, %s : (tensor<1xf32>, tensor<4xsi32>) -> !u
    mge.output %y : !u
  }
}

// -----

!u = tensor<*x!mge.unknown>

mge.network @batch_as_data attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<?x3xf32, #mge.enc<dims = affine_map<()[s0] -> (s0, 3)>>>)
      attributes {input_names = ["x"], output_names = ["y"], symbols = [#mge.symbol<"N", 1, 64>]} {
    // expected-error@+1 {{is used as data, but depends on a symbolic extent}}
    %y = mge.get_var_shape %x : (tensor<?x3xf32, #mge.enc<dims = affine_map<()[s0] -> (s0, 3)>>>) -> !u
    mge.output %y : !u
  }
}
