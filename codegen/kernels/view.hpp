// view.hpp: a strided tensor with a run-time element type, the argument of every reference function.
//
// A reference function has the signature
//     void ref::NAME(const View* in, int n_in, const View* out, int n_out, const NAMEParams& params)
// where NAME is the mnemonic of the mge dialect's operation and NAMEParams its attributes (params.hpp, generated from
// the operation definitions). Absent optional inputs have data == nullptr. Outputs are written in full, never read.
#pragma once
#include "prelude.hpp"

MGEC_KERNELS_BEGIN

// Values equal mgec_dtype of mgec/model_abi.h.
enum DType : int32_t {
    kF32 = 0, kF16 = 1, kBF16 = 2, kI8 = 3, kU8 = 4, kI16 = 5, kU16 = 6, kI32 = 7, kBool = 8,
    kQS8 = 9, kQU8 = 10, kQS32 = 11, kQS16 = 12, kQS4 = 13, kQU4 = 14
};

struct View {
    void* data;
    int32_t dtype;
    int32_t ndim;
    int64_t dims[kMaxNdim];
    int64_t strides[kMaxNdim];  // in elements
    float scale;                // quantised types
    int32_t zero_point;
};

MGEC_KERNELS_END
