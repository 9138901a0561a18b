// direct.hpp: the register tile of direct and 1x1 convolution and of Winograd's products.
#pragma once
#include "../../simd/simd.hpp"

MGEC_KERNELS_BEGIN
#ifdef __aarch64__
#define VC "+w"
#elif defined(__AVX512F__)
#define VC "+v"
#else
#define VC "+x"
#endif
#ifndef PIN_PTR
#define PIN_PTR asm volatile("" : "+r"(xp));
#endif
#ifndef PIN_ACC
#define PIN_ACC \
_Pragma("GCC unroll 32") for (int o = 0; o < OcV; ++o) _Pragma("GCC unroll 32") for (int t = 0; t < TH * TW; ++t) asm volatile("" : VC(acc[o][t]));
#endif
namespace conv {

template <int Block, int OcV, int TH, int TW, int SW, int WRow, bool Tail, class Consumer>
TILE_FN void tile(const float* x, int64_t x_block, int64_t x_kh, int64_t x_kw, int64_t x_line, int64_t ic, int64_t kh,
                        int64_t kw, const float* w, float* dst, int64_t dst_block, int64_t dst_line, int64_t oc, int64_t c,
                        int64_t offset, const Consumer& consumer) {
    using V = simd::f32v;
    constexpr int L = simd::kLanes;
    V acc[OcV][TH * TW] = {};
    for (int64_t left = ic; left > 0; left -= Block, x += x_block) {
        const float* xr = x;
        for (int64_t r = 0; r < kh; ++r, xr += x_kh) {
            const float* xp = xr;
            for (int64_t s = 0; s < kw; ++s, xp += x_kw, w += Block * WRow) {
#pragma GCC unroll 16
                for (int i = 0; i < Block; ++i) {
                    PIN_PTR
                    V wv[OcV];
#pragma GCC unroll 8
                    for (int o = 0; o < OcV; ++o) wv[o] = simd::load_aligned<V>(w + i * WRow + o * L);
#pragma GCC unroll 32
                    for (int t = 0; t < TH * TW; ++t) {
                        const V xv = simd::splat<V>(xp[(t / TW) * x_line + (t % TW) * SW * Block + i]);
#pragma GCC unroll 8
                        for (int o = 0; o < OcV; ++o) acc[o][t] = simd::fma(xv, wv[o], acc[o][t]);
                    }
                    PIN_ACC
                }
            }
        }
    }
#pragma GCC unroll 8
    for (int o = 0; o < OcV; ++o) {
        const int64_t lane = o * L, in_block = lane % Block;
#pragma GCC unroll 32
        for (int t = 0; t < TH * TW; ++t) {
            const int64_t at = offset + (lane / Block) * dst_block + (t / TW) * dst_line + (t % TW) * Block + in_block;
            V v = consumer(acc[o][t], c + lane, at);
            if constexpr (Tail) v = simd::keep_lanes(v, oc - c - lane);
            simd::store_aligned(dst + at, v);
        }
    }
}

}  // namespace conv
MGEC_KERNELS_END
