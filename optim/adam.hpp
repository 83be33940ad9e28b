// SPDX-License-Identifier: Apache-2.0
// Adam in the form of the Keras that DeepFinder was trained with: both bias corrections are folded
// into the step length, epsilon is added to the uncorrected root. State is plain data in the flat
// order of gradients.hpp.
#pragma once

#include "optim/gradients.hpp"

namespace dfe {

/// The paper's values; the learning rate comes from a schedule.
struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay =
      0;  ///< decoupled (Loshchilov and Hutter, ICLR 2019), of kernels, not of biases
};

struct AdamState {
  std::int64_t steps = 0;
  std::vector<float>
      m = {},
      v = {};  ///< means of gradients and of their squares; empty before the first step
};

/// One step, counted from t = 1:
///   m = beta1·m + (1-beta1)·g    v = beta2·v + (1-beta2)·g²
///   w -= rate·weight_decay·w, then w -= rate·sqrt(1-beta2^t)/(1-beta1^t) · m / (sqrt(v) + epsilon)
/// Computed in double from float state and rounded once. Source: Kingma and Ba, ICLR 2015, section
/// 2; Keras' Adam. Throws `Error` where the state is not of these layers.
void adam_step(const AdamOptions& options, double rate, const Gradients& gradients,
               std::vector<LayerWeights>& layers, AdamState& state);

}  // namespace dfe
