// SPDX-License-Identifier: Apache-2.0
// Gradients of a whole network: adding, scaling, measuring and clipping them. All loops run in one
// fixed order.
#pragma once

#include <cstdint>
#include <vector>

#include "dfengine/weights.hpp"
#include "kernels/backward.hpp"

namespace dfe {

/// One entry per layer of `Weights::layers`.
using Gradients = std::vector<LayerGradient>;

/// All parameters of all layers in one order, kernel before bias: the order of every flat array of
/// this folder.
std::int64_t parameter_count(const std::vector<LayerWeights>& layers);

/// Gradients of zero, shaped like the layers.
Gradients zero_gradients(const std::vector<LayerWeights>& layers);

/// to += from
void add(LayerGradient& to, const LayerGradient& from);
void add(Gradients& to, const Gradients& from);

/// Multiplies by `factor`.
void scale(Gradients& gradients, double factor);

/// Square root of the sum of all squares. Not finite where any entry is not.
double global_norm(const Gradients& gradients);

/// Scales gradients down to a global norm of `limit` where it is larger; `norm` is their global
/// norm. A limit of 0 does nothing. Source: Pascanu et al., "On the difficulty of training
/// recurrent neural networks", ICML 2013
void clip(Gradients& gradients, double norm, double limit);

/// Gradients of several batches gathered for one step of the optimizer. Plain data: a checkpoint
/// keeps it as it is.
struct GradientSum {
  Gradients sum;
  std::int64_t batches = 0;
};

/// Adds a batch. True when `wanted` batches are together: then `gradients` has become their mean,
/// and the sum is empty again.
bool accumulate(GradientSum& state, Gradients& gradients, std::int64_t wanted);

}  // namespace dfe
