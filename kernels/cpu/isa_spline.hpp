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

/// Neighbouring voxels along x that are found together.
constexpr int kRun = 16;

/// Where the voxels of a run come from, and how their coefficients are weighted.
struct SplineRun {
  alignas(64) std::int32_t corner[kRun];  ///< the first of the 4 x 4 x 4 coefficients
  alignas(64) float inside[kRun];         ///< 1, or 0 for a voxel from beyond the outermost ones
  alignas(64) float weights[3][4][kRun];  ///< of coefficients along z, y and x
};

/// Along one axis: adds to the corners, multiplies `inside`, and finds the weights.
DFE_INLINE void find_axis(const double start, const double step, const double last,
                          const std::int32_t stride, float (&weights)[4][kRun], SplineRun& run) {
  // Rounding must not lose the outermost voxels of a volume that is turned by nothing.
  constexpr double kSlack = 1e-9;
  for (int i = 0; i < kRun; ++i) {
    double q = start + step * static_cast<double>(i);
    const bool within = (q >= -kSlack) & (q <= last + kSlack);
    run.inside[i] = within ? run.inside[i] : 0.0f;
    q = q < 0 ? 0 : q;
    q = q > last ? last : q;
    const auto whole = static_cast<std::int32_t>(q);
    run.corner[i] += whole * stride;
    const float t = static_cast<float>(q - static_cast<double>(whole)), s = 1.0f - t;
    constexpr float kSixth = 1.0f / 6;
    weights[0][i] = s * s * s * kSixth;
    weights[1][i] = (4.0f - 6.0f * t * t + 3.0f * t * t * t) * kSixth;
    weights[2][i] = (4.0f - 6.0f * s * s + 3.0f * s * s * s) * kSixth;
    weights[3][i] = t * t * t * kSixth;
  }
}

/// Weighted along z and y; what is left are the values of four coefficients along x.
DFE_INLINE Four four_columns(const float* corner, std::int64_t plane, std::int64_t row,
                             const SplineRun& run, int i) {
  const float w0 = run.weights[1][0][i], w1 = run.weights[1][1][i], w2 = run.weights[1][2][i],
              w3 = run.weights[1][3][i];
  Four sum{};
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    const float* const p = corner + k * plane;
    Four face = *reinterpret_cast<const LooseFour*>(p) * w0;
    face += *reinterpret_cast<const LooseFour*>(p + row) * w1;
    face += *reinterpret_cast<const LooseFour*>(p + 2 * row) * w2;
    face += *reinterpret_cast<const LooseFour*>(p + 3 * row) * w3;
    sum += face * run.weights[0][k][i];
  }
  return sum;
}

void turn_by_splines(const SplineTurn& s) {
  const std::int64_t row = s.x + 4, plane = (s.y + 3) * row;
  const double last[3] = {static_cast<double>(s.z - 1), static_cast<double>(s.y - 1),
                          static_cast<double>(s.x - 1)};
  const std::int32_t strides[3] = {static_cast<std::int32_t>(plane), static_cast<std::int32_t>(row),
                                   1};
  for (std::int64_t k = 0; k < s.z; ++k)
    for (std::int64_t j = 0; j < s.y; ++j) {
      float* const out = s.out + k * s.z_step + s.y_place[j];
      for (std::int64_t first = 0; first < s.x; first += kRun) {
        SplineRun run;
        for (int i = 0; i < kRun; ++i) {
          run.corner[i] = 0;
          run.inside[i] = 1;
        }
        for (int a = 0; a < 3; ++a)
          find_axis(s.origin[a] + s.from[a] * static_cast<double>(k) +
                        s.from[3 + a] * static_cast<double>(j) +
                        s.from[6 + a] * static_cast<double>(first),
                    s.from[6 + a], last[a], strides[a], run.weights[a], run);
        const int count = s.x - first < kRun ? static_cast<int>(s.x - first) : kRun;
        alignas(64) float columns[kRun][4] = {};
        for (int i = 0; i < count; ++i)
          *reinterpret_cast<Four*>(columns[i]) =
              run.inside[i] == 0 ? Four{}
                                 : four_columns(s.coefficients + run.corner[i], plane, row, run, i);
        alignas(64) float values[kRun];
        const auto& w = run.weights[2];
        for (int i = 0; i < kRun; ++i)
          values[i] = (columns[i][0] * w[0][i] + columns[i][1] * w[1][i]) +
                      (columns[i][2] * w[2][i] + columns[i][3] * w[3][i]);
        for (int i = 0; i < count; ++i) out[(first + i) * s.x_step] = values[i];
      }
    }
}

}  // namespace
}  // namespace dfe::cpu
