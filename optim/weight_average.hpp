// SPDX-License-Identifier: Apache-2.0
// Exponential moving average of the weights: what is validated and saved can be smoother than what
// is trained.
#pragma once

#include "optim/gradients.hpp"

namespace dfe {

/// average = decay·average + (1-decay)·weights. An empty average starts as the weights.
/// Source: Polyak and Juditsky, SIAM J. Control Optim. 30 (1992), in its exponential form
void average_weights(double decay, const std::vector<LayerWeights>& layers,
                     std::vector<LayerWeights>& average);

}  // namespace dfe
