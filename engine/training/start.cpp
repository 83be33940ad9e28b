// SPDX-License-Identifier: Apache-2.0
#include "engine/training/start.hpp"

#include <algorithm>
#include <optional>

#include "engine/graph.hpp"

namespace dfe {

namespace {

/// The output of `weights` that each class starts from; none where they do not have the class.
std::vector<std::optional<std::size_t>> outputs_of(const Weights& weights,
                                                   const std::vector<std::string>& class_names) {
  std::vector<std::optional<std::size_t>> outputs(class_names.size());
  const std::vector<std::string>& own = weights.class_names;
  if (own.empty()) {
    if (weights.classes == static_cast<std::int64_t>(class_names.size()))
      for (std::size_t c = 0; c < outputs.size(); ++c) outputs[c] = c;
    return outputs;
  }
  outputs[0] = 0;
  for (std::size_t c = 1; c < outputs.size(); ++c) {
    const auto found = std::find(own.begin() + 1, own.end(), class_names[c]);
    if (found != own.end()) outputs[c] = static_cast<std::size_t>(found - own.begin());
  }
  return outputs;
}

}  // namespace

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

AdaptedStart adapt_start(Weights& weights, const NetworkSettings& settings,
                         const std::vector<std::string>& class_names, std::uint64_t seed) {
  AdaptedStart result;
  const LayerWeights own = std::move(weights.layers.back());
  const Graph graph =
      deepfinder_graph({weights.widths, static_cast<std::int64_t>(class_names.size())});
  LayerWeights& head = weights.layers.back();
  head = initial_weights(graph.ops.back().op, Philox(seed, RandomPurpose::InitialWeights),
                         static_cast<std::uint32_t>(weights.layers.size() - 1), settings.start);
  const std::vector<std::optional<std::size_t>> outputs = outputs_of(weights, class_names);
  for (std::size_t c = 0; c < outputs.size(); ++c) {
    if (!outputs[c]) {
      result.random.push_back(class_names[c]);
      continue;
    }
    result.reordered = result.reordered || *outputs[c] != c;
    for (std::size_t to = c, from = *outputs[c]; to < head.kernel.size();
         to += head.bias.size(), from += own.bias.size())
      head.kernel[to] = own.kernel[from];
    head.bias[c] = own.bias[*outputs[c]];
  }
  weights.classes = static_cast<std::int64_t>(class_names.size());
  weights.class_names = class_names;
  return result;
}

}  // namespace dfe
