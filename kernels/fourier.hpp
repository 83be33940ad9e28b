// SPDX-License-Identifier: Apache-2.0
// Complex Fourier transforms of 16 lines together, for correlations. Forward transforms leave their
// result in an order of their own and backward ones take it in this order, so that nothing is ever
// sorted: who multiplies spectra needs them in the same order and in no other. Not normalised.
#pragma once

#include <cstdint>

namespace dfe {

/// Lines that are transformed together.
inline constexpr std::int64_t kFourierLanes = 16;
/// Floats of one point of 16 lines: 16 real parts, then 16 imaginary parts. Aligned to 64 bytes.
inline constexpr std::int64_t kFourierPoint = 2 * kFourierLanes;
/// The largest prime factor of a length.
inline constexpr std::int64_t kLargestRadix = 1021;

/// One step of a transform: blocks of radix · span points, each combined with those `span` after
/// it.
struct FourierStage {
  std::int64_t radix, span;
  const float* twiddles;  ///< (span, radix - 1, 2): exp(-2πi j q / (radix · span)) for q >= 1
  const float* roots;     ///< of odd radices above 5: (h, h, 2), h = (radix - 1) / 2: cosine and
                          ///< sine of 2π k q / radix for q, k >= 1
};

struct FourierPlan {
  std::int64_t points;
  int stages;
  FourierStage stage[16];
};

/// Points somewhere in memory, `stride` floats apart; those from `count` on are zeros.
struct FourierPoints {
  const float* points;
  std::int64_t stride, count;
};

/// A correlation along one axis: y = backward(spectrum · conj(forward(x))).
struct FourierColumn {
  FourierPoints x;
  const float* spectrum;  ///< (points) of kFourierPoint floats
  float* scratch;         ///< (points)
  float* y;
  std::int64_t y_stride;
};

/// Where the last step of a backward transform goes: point i has the scores of two templates as
/// real and imaginary parts, for 16 voxels. A score above the best so far takes its place; of equal
/// ones the first stays.
struct FourierScores {
  const float* scale;         ///< (points, 16): what scores of the first template are multiplied by
  const float* second_scale;  ///< of the second; may be the same
  float* best;                ///< (points, 16)
  std::int32_t* ids;          ///< (points, 16)
  std::int32_t id;            ///< of the first template; the second has the next one
};

/// A volume turned about a voxel by cubic B-splines. Values from beyond its outermost voxels are 0.
struct SplineTurn {
  const float* coefficients;  ///< (z + 3, y + 3, x + 4): mirrored by one voxel before and two after
                              ///< each axis; a last value of any kind ends the rows
  std::int64_t z, y, x;       ///< voxels
  double from[9];             ///< (z, y, x) of the source of a step by one voxel along z, y and x
  double origin[3];           ///< source of voxel (0, 0, 0)
  float* out;  ///< voxel (k, j, i) goes to out + k * z_step + y_place[j] + i * x_step
  std::int64_t z_step, x_step;
  const std::int64_t* y_place;
};

/// The kernels of one instruction set.
struct FourierKernels {
  const char* name;
  /// out may be x itself.
  void (*forward)(const FourierPlan&, const FourierPoints& x, float* out, std::int64_t out_stride);
  /// Overwrites x. out may be x itself.
  void (*backward)(const FourierPlan&, float* x, std::int64_t x_stride, float* out,
                   std::int64_t out_stride);
  void (*column)(const FourierPlan&, const FourierColumn&);
  /// Overwrites x, whose points are contiguous.
  void (*scores)(const FourierPlan&, float* x, const FourierScores&);
  /// 16 points of 16 lanes become 16 points with lanes and points exchanged.
  void (*transpose)(const float* from, std::int64_t from_stride, float* to, std::int64_t to_stride);
  /// Multiplies both parts of each point by 16 real weights.
  void (*weigh)(float* x, const float* weights, std::int64_t points);
  void (*turn)(const SplineTurn&);
};

}  // namespace dfe
