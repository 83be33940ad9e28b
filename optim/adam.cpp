// SPDX-License-Identifier: Apache-2.0
#include "optim/adam.hpp"

#include <cmath>
#include <string>

#include "dfengine/error.hpp"

namespace dfe {

void adam_step(const AdamOptions& options, double rate, const Gradients& gradients,
               std::vector<LayerWeights>& layers, AdamState& state) {
  const std::size_t count = static_cast<std::size_t>(parameter_count(layers));
  if (state.steps == 0) {
    state.m.assign(count, 0.0f);
    state.v.assign(count, 0.0f);
  }
  if (state.m.size() != count || state.v.size() != count)
    throw Error(
        "optimizer", "Adam",
        "state of " + std::to_string(state.m.size()) + " parameters for " + std::to_string(count),
        "resume with the network of the saved state");
  const double t = static_cast<double>(++state.steps);
  const double step =
      rate * std::sqrt(1 - std::pow(options.beta2, t)) / (1 - std::pow(options.beta1, t));
  std::size_t at = 0;
  const auto update = [&](std::vector<float>& w, const std::vector<double>& g, double decay) {
    for (std::size_t i = 0; i < w.size(); ++i, ++at) {
      const double m =
          options.beta1 * static_cast<double>(state.m[at]) + (1 - options.beta1) * g[i];
      const double v =
          options.beta2 * static_cast<double>(state.v[at]) + (1 - options.beta2) * g[i] * g[i];
      const double kept = static_cast<double>(w[i]) * (1 - rate * decay);
      w[i] = static_cast<float>(kept - step * m / (std::sqrt(v) + options.epsilon));
      state.m[at] = static_cast<float>(m);
      state.v[at] = static_cast<float>(v);
    }
  };
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    update(layers[layer].kernel, gradients[layer].dw, options.weight_decay);
    update(layers[layer].bias, gradients[layer].db, 0);
  }
}

}  // namespace dfe
