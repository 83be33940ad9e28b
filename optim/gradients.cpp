// SPDX-License-Identifier: Apache-2.0
#include "optim/gradients.hpp"

#include <cmath>
#include <utility>

namespace dfe {
namespace {

/// Calls body(array) for dw and db of every layer.
template <class G, class Body>
void for_arrays(G& gradients, Body&& body) {
  for (auto& layer : gradients) {
    body(layer.dw);
    body(layer.db);
  }
}

}  // namespace

std::int64_t parameter_count(const std::vector<LayerWeights>& layers) {
  std::size_t count = 0;
  for (const LayerWeights& layer : layers) count += layer.kernel.size() + layer.bias.size();
  return static_cast<std::int64_t>(count);
}

Gradients zero_gradients(const std::vector<LayerWeights>& layers) {
  Gradients zeros;
  for (const LayerWeights& layer : layers)
    zeros.push_back({std::vector<double>(layer.kernel.size(), 0.0),
                     std::vector<double>(layer.bias.size(), 0.0)});
  return zeros;
}

void add(LayerGradient& to, const LayerGradient& from) {
  for (std::size_t i = 0; i < to.dw.size(); ++i) to.dw[i] += from.dw[i];
  for (std::size_t i = 0; i < to.db.size(); ++i) to.db[i] += from.db[i];
}

void add(Gradients& to, const Gradients& from) {
  for (std::size_t layer = 0; layer < to.size(); ++layer) add(to[layer], from[layer]);
}

void scale(Gradients& gradients, double factor) {
  for_arrays(gradients, [&](std::vector<double>& values) {
    for (double& v : values) v *= factor;
  });
}

double global_norm(const Gradients& gradients) {
  double sum = 0;
  for_arrays(gradients, [&](const std::vector<double>& values) {
    for (const double v : values) sum += v * v;
  });
  return std::sqrt(sum);
}

void clip(Gradients& gradients, double norm, double limit) {
  if (limit > 0 && norm > limit) scale(gradients, limit / norm);
}

bool accumulate(GradientSum& state, Gradients& gradients, std::int64_t wanted) {
  if (wanted <= 1) return true;
  if (state.batches == 0)
    state.sum = std::move(gradients);
  else
    add(state.sum, gradients);
  if (++state.batches < wanted) return false;
  gradients = std::move(state.sum);
  scale(gradients, 1.0 / static_cast<double>(wanted));
  state = {};
  return true;
}

}  // namespace dfe
