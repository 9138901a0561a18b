// prelude.hpp: what every kernel header starts from.
//
// Kernel headers are compiled in three places: beside generated code (one translation unit an ISA), in the compiler
// (the references, for constant folding and the evaluator) and in tests. They include no standard headers and
// instantiate nothing from std, because the same inline function compiled for two ISAs would be one weak symbol of
// which the linker keeps any copy. Everything lives in an inline namespace named after the ISA and, inside it, in an
// unnamed namespace: no kernel symbol leaves its object file.
//
// The translation unit defines MGEC_ISA_NAMESPACE before the first include.
#pragma once

#ifndef MGEC_ISA_NAMESPACE
#error "define MGEC_ISA_NAMESPACE before including kernel headers"
#endif

#define MGEC_KERNELS_BEGIN \
    namespace mgec {       \
    inline namespace MGEC_ISA_NAMESPACE { \
    namespace {
#define MGEC_KERNELS_END \
    }                    \
    }                    \
    }

#define MGEC_INLINE inline __attribute__((always_inline))
#define MGEC_NOINLINE __attribute__((noinline))
#define MGEC_UNLIKELY(x) __builtin_expect(!!(x), 0)

MGEC_KERNELS_BEGIN

typedef __INT8_TYPE__ int8_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __INT16_TYPE__ int16_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __INT32_TYPE__ int32_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT64_TYPE__ uint64_t;

constexpr int kMaxNdim = 7;

MGEC_INLINE int64_t min_i64(int64_t a, int64_t b) { return a < b ? a : b; }
MGEC_INLINE int64_t max_i64(int64_t a, int64_t b) { return a > b ? a : b; }

MGEC_KERNELS_END
