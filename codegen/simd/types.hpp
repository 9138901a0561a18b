// types.hpp: vector types of any element and lane count, and what can be said about them at compile time.
//
// A vector is a GCC/clang extended vector, so + - * / & | ^ ~ << >> and comparisons work as on scalars; a comparison
// gives a vector of integers of the element's size, all ones where true. A vector of one lane is the scalar itself.
// Vectors wider than the registers of the target work (they are processed in halves); they never cross a call that is
// not inlined.
#pragma once
#include "../kernels/prelude.hpp"

#ifndef __has_builtin
#define __has_builtin(x) 0
#endif

MGEC_KERNELS_BEGIN
namespace simd {

template <class T, int N> struct VecOf {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
  typedef T unaligned __attribute__((vector_size(N * sizeof(T)), aligned(alignof(T)), may_alias));
  typedef T aligned __attribute__((vector_size(N * sizeof(T)), may_alias));
};
template <class T> struct VecOf<T, 1> {
  typedef T type;
  typedef T unaligned __attribute__((may_alias));
  typedef T aligned __attribute__((may_alias));
};
template <class T, int N> using vec = typename VecOf<T, N>::type;

namespace detail {
template <class A, class B> struct Same { static constexpr bool value = false; };
template <class A> struct Same<A, A> { static constexpr bool value = true; };
template <class T> struct Bare { using type = T; };
template <class T> struct Bare<T &> { using type = T; };
template <class T> struct Bare<T &&> { using type = T; };
template <class T> struct Bare<const T> { using type = T; };
template <class T> struct Bare<const T &> { using type = T; };

// The element type: of a vector by subscription, of a scalar itself.
template <class V> typename Bare<decltype(V{}[0])>::type element(int);
template <class V> V element(...);

template <int Bytes, bool Signed> struct IntOf;
template <> struct IntOf<1, true> { using type = int8_t; };
template <> struct IntOf<2, true> { using type = int16_t; };
template <> struct IntOf<4, true> { using type = int32_t; };
template <> struct IntOf<8, true> { using type = int64_t; };
template <> struct IntOf<1, false> { using type = uint8_t; };
template <> struct IntOf<2, false> { using type = uint16_t; };
template <> struct IntOf<4, false> { using type = uint32_t; };
template <> struct IntOf<8, false> { using type = __UINT64_TYPE__; };

// Seq<0, 1, …, N-1>.
template <int... I> struct Seq {};
#if defined(__clang__)
template <class T, T... I> struct MakeSeq { using type = Seq<I...>; };
template <int N> using Indices = typename __make_integer_seq<MakeSeq, int, N>::type;
#else
template <int N> struct MakeSeq { using type = Seq<__integer_pack(N)...>; };
template <int N> using Indices = typename MakeSeq<N>::type;
#endif
} // namespace detail

template <class A, class B> constexpr bool same = detail::Same<A, B>::value;

// float for vec<float, 8> and for float.
template <class V> using scalar_of = decltype(detail::element<V>(0));
template <class V> constexpr int lanes_of = sizeof(V) / sizeof(scalar_of<V>);
template <class V> constexpr bool is_vector = !same<V, scalar_of<V>>;
// The same number of lanes with another element type.
template <class V, class T> using rebind = vec<T, lanes_of<V>>;
// What a comparison of two V yields: integers for vectors, bool for scalars.
template <class V, bool = is_vector<V>> struct MaskOf { using type = bool; };
template <class V> struct MaskOf<V, true> {
  using type = rebind<V, typename detail::IntOf<sizeof(scalar_of<V>), true>::type>;
};
template <class V> using mask_of = typename MaskOf<V>::type;

} // namespace simd
MGEC_KERNELS_END
