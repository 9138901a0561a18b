// RUN: mgec-opt %s --mge-fuse --mge-choose --split-input-file --verify-diagnostics

// What no row runs is an error that says what each one lacks.
mge.network @nothing attributes {fingerprint = "", graph_hash = "", stage = "simplify", targets = ["x86-64-v3"]} {
  mge.variant @v0(%x: tensor<4xf32>) attributes {input_names = ["x"], output_names = ["y"]} {
    // expected-error@+1 {{has no kernel that can run it; reference}}
    %y = mge.get_var_shape %x : (tensor<4xf32>) -> tensor<1xsi32>
    mge.output %y : tensor<1xsi32>
  }
}
