// SPDX-License-Identifier: Apache-2.0
// Small Fourier transforms in registers, and complex arithmetic on vectors of real and imaginary
// parts. Included only by files that are compiled once per instruction set.
#pragma once

#include "kernels/cpu/isa_vector.hpp"

namespace dfe::cpu {
namespace {

struct Cx {
  Vec re, im;
};

DFE_INLINE Cx operator+(const Cx& a, const Cx& b) { return {a.re + b.re, a.im + b.im}; }
DFE_INLINE Cx operator-(const Cx& a, const Cx& b) { return {a.re - b.re, a.im - b.im}; }
DFE_INLINE Cx operator*(const Cx& a, Vec s) { return {a.re * s, a.im * s}; }

/// By -i forward, by i backward.
template <bool kForward>
DFE_INLINE Cx quarter(const Cx& a) {
  return kForward ? Cx{a.im, -a.re} : Cx{-a.im, a.re};
}

/// By the twiddle t, or backward by its conjugate.
template <bool kForward>
DFE_INLINE Cx twiddled(const Cx& a, const float* t) {
  const Vec c = broadcast(t[0]), s = broadcast(t[1]);
  return kForward ? Cx{a.re * c - a.im * s, a.im * c + a.re * s}
                  : Cx{a.re * c + a.im * s, a.im * c - a.re * s};
}

template <bool kForward>
DFE_INLINE void small_transform(Cx (&x)[2]) {
  const Cx a = x[0];
  x[0] = a + x[1];
  x[1] = a - x[1];
}

template <bool kForward>
DFE_INLINE void small_transform(Cx (&x)[3]) {
  const Cx sum = x[1] + x[2],
           turned = quarter<kForward>(x[1] - x[2]) * broadcast(0.866025403784438646763f),
           middle = x[0] - sum * broadcast(0.5f);
  x[0] = x[0] + sum;
  x[1] = middle + turned;
  x[2] = middle - turned;
}

template <bool kForward>
DFE_INLINE void small_transform(Cx (&x)[4]) {
  const Cx a = x[0] + x[2], b = x[0] - x[2], c = x[1] + x[3], d = quarter<kForward>(x[1] - x[3]);
  x[0] = a + c;
  x[1] = b + d;
  x[2] = a - c;
  x[3] = b - d;
}

template <bool kForward>
DFE_INLINE void small_transform(Cx (&x)[5]) {
  const Vec c1 = broadcast(0.309016994374947424102f), c2 = broadcast(-0.809016994374947424102f),
            s1 = broadcast(0.951056516295153572116f), s2 = broadcast(0.587785252292473129169f);
  const Cx sum1 = x[1] + x[4], sum2 = x[2] + x[3], dif1 = x[1] - x[4], dif2 = x[2] - x[3];
  const Cx a1 = x[0] + sum1 * c1 + sum2 * c2, a2 = x[0] + sum1 * c2 + sum2 * c1;
  const Cx b1 = quarter<kForward>(dif1 * s1 + dif2 * s2),
           b2 = quarter<kForward>(dif1 * s2 - dif2 * s1);
  x[0] = x[0] + sum1 + sum2;
  x[1] = a1 + b1;
  x[4] = a1 - b1;
  x[2] = a2 + b2;
  x[3] = a2 - b2;
}

template <bool kForward>
DFE_INLINE void small_transform(Cx (&x)[8]) {
  Cx even[4] = {x[0], x[2], x[4], x[6]}, odd[4] = {x[1], x[3], x[5], x[7]};
  small_transform<kForward>(even);
  small_transform<kForward>(odd);
  const Vec h = broadcast(0.707106781186547524401f);
  odd[1] = (odd[1] + quarter<kForward>(odd[1])) * h;
  odd[2] = quarter<kForward>(odd[2]);
  odd[3] = (quarter<kForward>(odd[3]) - odd[3]) * h;
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    x[k] = even[k] + odd[k];
    x[k + 4] = even[k] - odd[k];
  }
}

}  // namespace
}  // namespace dfe::cpu
