// SPDX-License-Identifier: Apache-2.0
#include "engine/training/start.hpp"

#include "engine/graph.hpp"

namespace dfe {

Weights random_start(const NetworkSettings& settings, const std::vector<std::string>& class_names,
                     std::uint64_t seed) {
  Weights weights;
  weights.widths = settings.widths;
  weights.classes = static_cast<std::int64_t>(class_names.size());
  weights.class_names = class_names;
  for (const OpNode& node : deepfinder_graph({weights.widths, weights.classes}).ops)
    if (node.weights >= 0)
      weights.layers.push_back(initial_weights(node.op, Philox(seed, RandomPurpose::InitialWeights),
                                               static_cast<std::uint32_t>(weights.layers.size()),
                                               settings.start));
  return weights;
}

bool adapt_start(Weights& weights, const NetworkSettings& settings,
                 const std::vector<std::string>& class_names, std::uint64_t seed) {
  const auto classes = static_cast<std::int64_t>(class_names.size());
  const bool other = weights.classes != classes;
  if (other) {
    const Graph graph = deepfinder_graph({weights.widths, classes});
    weights.layers.back() =
        initial_weights(graph.ops.back().op, Philox(seed, RandomPurpose::InitialWeights),
                        static_cast<std::uint32_t>(weights.layers.size() - 1), settings.start);
  }
  weights.classes = classes;
  weights.class_names = class_names;
  return other;
}

}  // namespace dfe
