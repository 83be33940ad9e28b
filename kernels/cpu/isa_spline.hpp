// SPDX-License-Identifier: Apache-2.0
// A volume turned by cubic B-splines: four values along x are one vector, whatever the instruction
// set. Positions in double. Included only by isa_fourier.cpp.
#pragma once

#include "kernels/cpu/isa_vector.hpp"
#include "kernels/fourier.hpp"

namespace dfe::cpu {
namespace {

using Four = float __attribute__((vector_size(16)));
using LooseFour = float __attribute__((vector_size(16), aligned(4)));

DFE_INLINE Four four(float s) { return s - Four{}; }

/// The weights of the coefficients around a place a share `t` beyond the second, for three axes.
struct SplineWeights {
  Four w[4];
};

DFE_INLINE SplineWeights spline_weights(Four t) {
  const Four s = 1.0f - t, sixth = four(1.0f / 6);
  return {{s * s * s * sixth, (4.0f - 6.0f * t * t + 3.0f * t * t * t) * sixth,
           (4.0f - 6.0f * s * s + 3.0f * s * s * s) * sixth, t * t * t * sixth}};
}

/// The value whose first coefficient is `corner`; lanes 0, 1, 2 of the shares are z, y, x.
DFE_INLINE float spline_value(const float* corner, std::int64_t plane, std::int64_t row, Four t) {
  const SplineWeights s = spline_weights(t);
  Four sum{};
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    const float* const p = corner + k * plane;
    Four face = *reinterpret_cast<const LooseFour*>(p) * s.w[0][1];
#pragma GCC unroll 3
    for (int j = 1; j < 4; ++j)
      face += *reinterpret_cast<const LooseFour*>(p + j * row) * s.w[j][1];
    sum += face * s.w[k][0];
  }
  return sum[0] * s.w[0][2] + sum[1] * s.w[1][2] + (sum[2] * s.w[2][2] + sum[3] * s.w[3][2]);
}

void turn_by_splines(const SplineTurn& s) {
  const std::int64_t row = s.x + 4, plane = (s.y + 3) * row;
  const double last[3] = {static_cast<double>(s.z - 1), static_cast<double>(s.y - 1),
                          static_cast<double>(s.x - 1)};
  // Rounding must not lose the outermost voxels of a volume that is turned by nothing.
  constexpr double kSlack = 1e-9;
  for (std::int64_t k = 0; k < s.z; ++k)
    for (std::int64_t j = 0; j < s.y; ++j) {
      double start[3];
      for (int a = 0; a < 3; ++a)
        start[a] = s.origin[a] + s.from[a] * static_cast<double>(k) +
                   s.from[3 + a] * static_cast<double>(j);
      float* const out = s.out + k * s.z_step + s.y_place[j];
      for (std::int64_t i = 0; i < s.x; ++i) {
        Four share{};
        std::int64_t at[3];
        bool inside = true;
#pragma GCC unroll 3
        for (int a = 0; a < 3; ++a) {
          double q = start[a] + s.from[6 + a] * static_cast<double>(i);
          inside = inside && q >= -kSlack && q <= last[a] + kSlack;
          q = q < 0 ? 0 : q > last[a] ? last[a] : q;
          at[a] = static_cast<std::int64_t>(q);
          share[a] = static_cast<float>(q - static_cast<double>(at[a]));
        }
        out[i * s.x_step] = inside
                                ? spline_value(s.coefficients + at[0] * plane + at[1] * row + at[2],
                                               plane, row, share)
                                : 0.0f;
      }
    }
}

}  // namespace
}  // namespace dfe::cpu
