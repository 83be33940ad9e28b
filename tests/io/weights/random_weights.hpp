// SPDX-License-Identifier: Apache-2.0
// Weights of random values in the shapes of the network, written out here once more so that the
// tests do not trust the code's table.
#pragma once

#include <array>

#include "core/philox.hpp"
#include "dfengine/weights.hpp"

namespace dfe::test {

inline Weights random_weights(const std::array<std::int64_t, 3>& widths, std::int64_t classes,
                              std::uint64_t seed = 1) {
  const auto [a, b, c] = widths;
  const std::int64_t shapes[15][3] = {{3, 1, a},     {3, a, a},     {3, a, b},      {3, b, b},
                                      {3, b, c},     {3, c, c},     {3, c, c},      {3, c, c},
                                      {2, c, c},     {3, c + b, b}, {3, b, b},      {2, b, b},
                                      {3, b + a, a}, {3, a, a},     {1, a, classes}};
  Weights weights;
  weights.widths = widths;
  weights.classes = classes;
  const Philox random(seed, RandomPurpose{1});
  std::uint32_t step = 0;
  for (const auto& [k, in, out] : shapes) {
    LayerWeights layer;
    layer.kernel_shape = {k, k, k, in, out};
    for (std::int64_t i = 0; i < k * k * k * in * out; ++i)
      layer.kernel.push_back(random.uniform(step, static_cast<std::uint64_t>(i)) - 0.5f);
    ++step;
    for (std::int64_t i = 0; i < out; ++i)
      layer.bias.push_back(random.uniform(step, static_cast<std::uint64_t>(i)) - 0.5f);
    ++step;
    weights.layers.push_back(std::move(layer));
  }
  return weights;
}

inline bool same_bits(const Weights& a, const Weights& b) {
  if (a.layers.size() != b.layers.size()) return false;
  for (std::size_t i = 0; i < a.layers.size(); ++i)
    if (a.layers[i].kernel_shape != b.layers[i].kernel_shape ||
        a.layers[i].kernel != b.layers[i].kernel || a.layers[i].bias != b.layers[i].bias)
      return false;
  return true;
}

}  // namespace dfe::test
