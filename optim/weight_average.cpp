// SPDX-License-Identifier: Apache-2.0
#include "optim/weight_average.hpp"

namespace dfe {
namespace {

void mix(double decay, const std::vector<float>& from, std::vector<float>& to) {
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = static_cast<float>(decay * static_cast<double>(to[i]) +
                               (1 - decay) * static_cast<double>(from[i]));
}

}  // namespace

void average_weights(double decay, const std::vector<LayerWeights>& layers,
                     std::vector<LayerWeights>& average) {
  if (average.empty()) {
    average = layers;
    return;
  }
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    mix(decay, layers[layer].kernel, average[layer].kernel);
    mix(decay, layers[layer].bias, average[layer].bias);
  }
}

}  // namespace dfe
