// SPDX-License-Identifier: Apache-2.0
// The losses as functions of the sums over a batch (ClassSums): their value, and the few numbers
// from which the gradient at every voxel follows. Nothing here sees a voxel, so several processes
// need only exchange the sums.
#pragma once

#include <vector>

#include "kernels/backward.hpp"

namespace dfe {

/// The weighted sum of two losses.
///
/// Cross-entropy  Σ w[label]·(-ln p[label]) / Σ w[label] over the voxels of the batch; the paper,
///                and PyTorch's weighted mean
/// Tversky        Σ over classes, background included, of 1 - T, with
///                T = Σ p g / (Σ p g + alpha Σ p (1-g) + beta Σ (1-p) g + epsilon);
///                alpha = beta = 1/2 is the soft Dice that the released DeepFinder trains with
///                (there epsilon is zero)
struct LossSpec {
  double cross_entropy = 1;
  double tversky = 0;
  std::vector<double> class_weights = {};  ///< of the cross-entropy, one per class; empty: all 1
  double alpha = 0.5, beta = 0.5, epsilon = 1e-6;
};

/// Throws a usage `Error` unless all numbers are finite and not negative, some loss has weight, and
/// there are as many class weights as classes or none.
void check_loss(const LossSpec& spec, std::int64_t classes);

/// Whether the gradient needs sums of probabilities over the whole batch. If not, `loss_slopes`
/// looks at `sums.voxels` alone, which are known before the network has run.
bool needs_probabilities(const LossSpec& spec);

/// The loss of a batch. Zero where no voxel has weight.
double loss_value(const LossSpec& spec, const ClassSums& sums);

/// The derivatives of that loss; `sums` are those of the whole batch, of all processes.
LossSlopes loss_slopes(const LossSpec& spec, const ClassSums& sums);

}  // namespace dfe
