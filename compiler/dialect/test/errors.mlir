// RUN: mgec-opt %s --split-input-file --verify-diagnostics

mge.network @names attributes {fingerprint = "", graph_hash = ""} {
  // expected-error@+1 {{names 2 inputs but has 1}}
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x", "z"], output_names = ["y"]} {
    mge.output %x : tensor<4xf32>
  }
}

// -----

mge.network @output_names attributes {fingerprint = "", graph_hash = ""} {
  // expected-error@+1 {{names 2 outputs but has 1}}
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y", "z"]} {
    mge.output %x : tensor<4xf32>
  }
}

// -----

mge.network @no_output attributes {fingerprint = "", graph_hash = ""} {
  // expected-error@+1 {{must end with mge.output}}
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = []} {
    %y = mge.elemwise relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  }
}

// -----

// expected-error@+1 {{'mge.variant' op expects parent op 'mge.network'}}
mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
  mge.output %x : tensor<4xf32>
}

// -----

mge.network @arity attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{add needs 2 operands, has 1}}
    %y = mge.elemwise add(%x) : (tensor<4xf32>) -> tensor<4xf32>
    mge.output %y : tensor<4xf32>
  }
}

// -----

mge.network @weight_shape attributes {fingerprint = "", graph_hash = ""} {
  // expected-error@+1 {{value and type differ in shape}}
  mge.weight @w : tensor<3xf32> = dense<1.0> : tensor<4xf32>
}

// -----

mge.network @weight_dynamic attributes {fingerprint = "", graph_hash = ""} {
  // expected-error@+1 {{needs a static tensor type}}
  mge.weight @w : tensor<?xf32> = dense<1.0> : tensor<4xf32>
}

// -----

mge.network @unknown_weight attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0() attributes {input_names = [], output_names = ["y"]} {
    // expected-error@+1 {{refers to the unknown weight w}}
    %y = mge.constant @w : tensor<4xf32>
    mge.output %y : tensor<4xf32>
  }
}

// -----

mge.network @constant_type attributes {fingerprint = "", graph_hash = ""} {
  mge.weight @w : tensor<3xf32> = dense<1.0> : tensor<3xf32>
  mge.variant @v0() attributes {input_names = [], output_names = ["y"]} {
    // expected-error@+1 {{has another type than its weight}}
    %y = mge.constant @w : tensor<4xf32>
    mge.output %y : tensor<4xf32>
  }
}

// -----

mge.network @group_yield attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{yields 'tensor<4xf32>' for a result of type 'tensor<5xf32>'}}
    %y = mge.group (%a = %x : tensor<4xf32>) -> (tensor<5xf32>) {
      %r = mge.elemwise relu(%a) : (tensor<4xf32>) -> tensor<4xf32>
      mge.yield %r : tensor<4xf32>
    }
    mge.output %y : tensor<5xf32>
  }
}

// -----

mge.network @group_results attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{body must yield one value a result}}
    %y = mge.group (%a = %x : tensor<4xf32>) -> (tensor<4xf32>) {
      mge.yield %a, %a : tensor<4xf32>, tensor<4xf32>
    }
    mge.output %y : tensor<4xf32>
  }
}

// -----

mge.network @group_places attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{needs one place a result}}
    %y = mge.group (%a = %x : tensor<4xf32>) -> (tensor<4xf32>) attributes {places = []} {
      mge.yield %a : tensor<4xf32>
    }
    mge.output %y : tensor<4xf32>
  }
}

// -----

mge.network @group_packed attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{needs one packed entry an operand}}
    %y = mge.group (%a = %x : tensor<4xf32>) -> (tensor<4xf32>) attributes {packed = []} {
      mge.yield %a : tensor<4xf32>
    }
    mge.output %y : tensor<4xf32>
  }
}

// -----

// A group is closed: what it reads is an operand.
mge.network @group_isolated attributes {fingerprint = "", graph_hash = ""} {
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-note@+1 {{required by region isolation constraints}}
    %y = mge.group () -> (tensor<4xf32>) {
      // expected-error@+1 {{using value defined outside the region}}
      mge.yield %x : tensor<4xf32>
    }
    mge.output %y : tensor<4xf32>
  }
}

// -----

mge.network @layout attributes {fingerprint = "", graph_hash = ""} {
  // expected-error@+1 {{expected nchw, nchw<size> or blocks<dimension:size, ...>}}
  mge.variant @v0(%x: tensor<1x8x4x4xf32, #mge.enc<nhwc>>) attributes {input_names = ["x"], output_names = ["y"]} {
    mge.output %x : tensor<1x8x4x4xf32>
  }
}
