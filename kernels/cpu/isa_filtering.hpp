// SPDX-License-Identifier: Apache-2.0
// The matrices of Winograd's minimal filtering along one axis, for inputs and outputs. The points
// of F(4, 3) are 0, ±1/√2, ±√2 and infinity: as cheap as the usual 0, ±1, ±2 and three times as
// accurate, because their powers stay near 1. F(2, 3) has 0, ±1 and infinity, F(6, 3) 0, ±1/2, ±1,
// ±2 and infinity, the best of their kind that a search found. The matrices for weights are in
// winograd_points.hpp; the two files must agree. Source: Lavin and Gray, "Fast algorithms for
// convolutional neural networks", 2016.
#pragma once

#include "kernels/cpu/isa_vector.hpp"

namespace dfe::cpu {
namespace {

/// `kSome` of the points of an input are computed at a time by points<k>, which begins with point k
/// · kSome; every second output by outputs<k>, which begins with output k.
template <int kM>
struct Filtering;

template <>
struct Filtering<2> {
  static constexpr int kSome = 4;
  template <int kPart>
  DFE_INLINE static void points(const Vec* d, Vec* o) {
    input(d, o);
  }
  DFE_INLINE static void input(const Vec* d, Vec* o) {
    o[0] = d[0] - d[2];
    o[1] = d[1] + d[2];
    o[2] = d[2] - d[1];
    o[3] = d[1] - d[3];
  }
  template <int kPart>
  DFE_INLINE static void outputs(const Vec* m, Vec* y) {
    y[0] = kPart == 0 ? m[0] + m[1] + m[2] : m[1] - m[2] - m[3];
  }
  DFE_INLINE static void output(const Vec* m, Vec* y) {
    outputs<0>(m, y);
    outputs<1>(m, y + 1);
  }
};

template <>
struct Filtering<4> {
  static constexpr float kA = 0.70710678118654752f,
                         kB = 1.41421356237309505f;  // a = 1/√2, b = √2: a² = 1/2, b² = 2, a²b² = 1
  static constexpr int kSome = 3;
  template <int kPart>
  DFE_INLINE static void points(const Vec* d, Vec* o) {
    if constexpr (kPart == 0) {
      o[0] = d[4] - d[2] * broadcast(2.5f) + d[0];
      // sums for products by 2: additions have a unit of their own beside the two that multiply,
      // and so either has 7 or 8 of the 15
      const Vec even = d[4] - (d[2] + d[2]), odd = d[3] - (d[1] + d[1]);
      o[1] = even + odd * broadcast(kA);
      o[2] = even - odd * broadcast(kA);
    } else {
      const Vec even = d[4] - d[2] * broadcast(0.5f),
                odd = (d[3] - d[1] * broadcast(0.5f)) * broadcast(kB);
      o[0] = even + odd;
      o[1] = even - odd;
      o[2] = d[5] - d[3] * broadcast(2.5f) + d[1];
    }
  }
  DFE_INLINE static void input(const Vec* d, Vec* o) {
    points<0>(d, o);
    points<1>(d, o + kSome);
  }
  template <int kPart>
  DFE_INLINE static void outputs(const Vec* m, Vec* y) {
    if constexpr (kPart == 0) {
      const Vec even_a = m[1] + m[2], even_b = m[3] + m[4];
      y[0] = m[0] + even_a + even_b;
      y[1] = even_a * broadcast(0.5f) + even_b * broadcast(2.0f);
    } else {
      const Vec odd_a = m[1] - m[2], odd_b = m[3] - m[4];
      y[0] = odd_a * broadcast(kA) + odd_b * broadcast(kB);
      y[1] = m[5] + odd_a * broadcast(kA * 0.5f) + odd_b * broadcast(kB * 2.0f);
    }
  }
  DFE_INLINE static void output(const Vec* m, Vec* y) {
    Vec even[2], odd[2];
    outputs<0>(m, even);
    outputs<1>(m, odd);
    y[0] = even[0], y[1] = odd[0], y[2] = even[1], y[3] = odd[1];
  }
};

/// Along W only, where all points are computed at once.
template <>
struct Filtering<6> {
  DFE_INLINE static void input(const Vec* d, Vec* o) {
    o[0] = (d[6] - d[0]) + (d[2] - d[4]) * broadcast(5.25f);
    const Vec even_1 = d[6] + d[2] - d[4] * broadcast(4.25f),
              odd_1 = d[5] + d[1] - d[3] * broadcast(4.25f);
    o[1] = even_1 + odd_1;
    o[2] = even_1 - odd_1;
    const Vec even_half = d[6] + (d[2] * broadcast(4.0f) - d[4] * broadcast(5.0f));
    const Vec odd_half = d[5] + (d[1] * broadcast(4.0f) - d[3] * broadcast(5.0f));
    o[3] = even_half + odd_half * broadcast(0.5f);
    o[4] = even_half - odd_half * broadcast(0.5f);
    const Vec even_2 = d[6] + (d[2] * broadcast(0.25f) - d[4] * broadcast(1.25f));
    const Vec odd_2 = d[5] + (d[1] * broadcast(0.25f) - d[3] * broadcast(1.25f));
    o[5] = even_2 + (odd_2 + odd_2);
    o[6] = even_2 - (odd_2 + odd_2);
    o[7] = (d[7] - d[1]) + (d[3] - d[5]) * broadcast(5.25f);
  }
  DFE_INLINE static void output(const Vec* m, Vec* y) {
    const Vec even_1 = m[1] + m[2], odd_1 = m[1] - m[2], even_half = m[3] + m[4],
              odd_half = m[3] - m[4], even_2 = m[5] + m[6], odd_2 = m[5] - m[6];
    y[0] = m[0] + even_1 + (even_half + even_2);
    y[1] = odd_1 + odd_half * broadcast(0.5f) + (odd_2 + odd_2);
    y[2] = even_1 + even_half * broadcast(0.25f) + even_2 * broadcast(4.0f);
    y[3] = odd_1 + odd_half * broadcast(0.125f) + odd_2 * broadcast(8.0f);
    y[4] = even_1 + even_half * broadcast(0.0625f) + even_2 * broadcast(16.0f);
    y[5] = m[7] + odd_1 + odd_half * broadcast(0.03125f) + odd_2 * broadcast(32.0f);
  }
};

}  // namespace
}  // namespace dfe::cpu
