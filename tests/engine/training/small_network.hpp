// SPDX-License-Identifier: Apache-2.0
// The network at widths that fit a test, and batches made by a formula that
// tests/peers/train_steps.py follows too.
#pragma once

#include <vector>

#include "engine/training/train_step.hpp"
#include "layers/op_facts.hpp"

namespace dfe::test {

constexpr Extent3 kPatch{8, 8, 8};

inline Weights small_weights(const Graph& graph, std::uint64_t seed) {
  Weights weights;
  weights.classes = graph.head().classes;
  for (const OpNode& node : graph.ops)
    if (node.weights >= 0)
      weights.layers.push_back(initial_weights(node.op, Philox(seed, RandomPurpose{1}),
                                               static_cast<std::uint32_t>(weights.layers.size())));
  return weights;
}

/// Patches of uniform reals in [-2, 2) and labels that follow them: floor((v + 2) / 4 · classes),
/// so that there is something to learn.
struct Batch {
  std::vector<std::vector<float>> voxels;
  std::vector<std::vector<std::uint8_t>> labels;
  std::vector<TrainingSample> samples;

  Batch(std::int64_t count, std::int64_t classes, std::uint32_t step) {
    const Philox random(11, RandomPurpose{2});
    const std::int64_t size = kPatch.voxels();
    for (std::int64_t s = 0; s < count; ++s) {
      voxels.emplace_back();
      labels.emplace_back();
      for (std::int64_t i = 0; i < size; ++i) {
        const float u = random.uniform(step, static_cast<std::uint64_t>(s * size + i));
        voxels.back().push_back(4 * u - 2);
        labels.back().push_back(static_cast<std::uint8_t>(u * static_cast<float>(classes)));
      }
    }
    for (std::size_t s = 0; s < voxels.size(); ++s)
      samples.push_back({voxels[s].data(), labels[s].data()});
  }
  Batch(const Batch&) = delete;
};

}  // namespace dfe::test
