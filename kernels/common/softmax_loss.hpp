// SPDX-License-Identifier: Apache-2.0
// Softmax and the gradient of a loss at one voxel, in double, for all backends.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/backward.hpp"

namespace dfe {

/// Replaces the logits of one voxel by probabilities and adds the voxel to the sums. The
/// cross-entropy comes from the logits, so that it stays finite where the probability of the label
/// underflows.
inline void softmax_voxel(double* p, std::int64_t classes, std::uint8_t label, ClassSums& sums) {
  std::int64_t best = 0;
  for (std::int64_t c = 1; c < classes; ++c)
    if (p[c] > p[best]) best = c;
  const double highest = p[best], of_label = p[label];
  double total = 0;
  for (std::int64_t c = 0; c < classes; ++c) total += p[c] = std::exp(p[c] - highest);
  for (std::int64_t c = 0; c < classes; ++c) {
    p[c] /= total;
    sums.probability[static_cast<std::size_t>(c)] += p[c];
  }
  sums.voxels[label] += 1;
  sums.overlap[label] += p[label];
  sums.cross_entropy[label] += std::log(total) + highest - of_label;
  sums.predicted[static_cast<std::size_t>(best)] += 1;
  if (best == label) sums.correct[label] += 1;
}

/// Replaces the probabilities of one voxel by dL/dlogits: cross-entropy gives w·(p - g), any dL/dp
/// = s gives p·(s - Σ p s).
inline void softmax_gradient_voxel(double* p, std::int64_t classes, std::uint8_t label,
                                   const LossSlopes& slopes) {
  const auto slope = [&](std::int64_t c) {
    const std::size_t i = static_cast<std::size_t>(c);
    return c == label ? slopes.inside[i] : slopes.outside[i];
  };
  double mean = 0;
  for (std::int64_t c = 0; c < classes; ++c) mean += p[c] * slope(c);
  const double weight = slopes.cross_entropy[label];
  for (std::int64_t c = 0; c < classes; ++c)
    p[c] = p[c] * (slope(c) - mean) + weight * (p[c] - (c == label ? 1.0 : 0.0));
}

/// Adds `more` to `sums`.
inline void add_sums(ClassSums& sums, ClassSums more) {
  const auto to = sums.rows(), from = more.rows();
  for (std::size_t row = 0; row < to.size(); ++row)
    for (std::size_t c = 0; c < to[row]->size(); ++c) (*to[row])[c] += (*from[row])[c];
}

}  // namespace dfe
