// SPDX-License-Identifier: Apache-2.0
// Mean and squared deviations of one row of voxels, the same bits on host and GPU: one thread adds
// in order, in double, and no product is fused with a sum.
#pragma once

#include "kernels/common/element.hpp"
#include "kernels/voxel_input.hpp"

namespace dfe::card {

/// a * b, rounded, whatever is done with it: compilers for GPUs fuse it with a sum otherwise.
DFE_HOST_DEVICE inline double rounded_product(double a, double b) {
#ifdef __CUDA_ARCH__
  return __dmul_rn(a, b);
#else
  return a * b;  // all of the project but the kernels of `cpu` is compiled with -ffp-contract=off
#endif
}

/// Calls add(v) for load(0), load(1), ... in order. A few loads are under way at once: a GPU waits
/// long for each.
template <class Load, class Add>
DFE_HOST_DEVICE void in_order(const Load& load, std::int64_t n, Add&& add) {
  constexpr int kAtOnce = 8;
  std::int64_t i = 0;
  for (; i + kAtOnce <= n; i += kAtOnce) {
    float values[kAtOnce];
    for (int k = 0; k < kAtOnce; ++k) values[k] = load(i + k);
    for (int k = 0; k < kAtOnce; ++k) add(values[k]);
  }
  for (; i < n; ++i) add(load(i));
}

/// Of load(0) to load(n - 1), n > 0.
template <class Load>
DFE_HOST_DEVICE RowMoments row_moments(const Load& load, std::int64_t n) {
  double sum = 0, squares = 0;
  in_order(load, n, [&](float v) { sum += static_cast<double>(v); });
  const double mean = sum / static_cast<double>(n);
  in_order(load, n, [&](float v) {
    const double d = static_cast<double>(v) - mean;
    squares += rounded_product(d, d);
  });
  RowMoments row{mean, squares, 0};
  if (!(sum - sum == 0))  // floats that are finite cannot add up to infinity in double
    in_order(load, n, [&](float v) { row.not_finite += !(v - v == 0); });
  return row;
}

}  // namespace dfe::card
