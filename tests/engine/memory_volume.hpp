// SPDX-License-Identifier: Apache-2.0
// A tomogram in memory, and random weights, for tests of the engine.
#pragma once

#include <algorithm>

#include "dfengine/volume.hpp"
#include "dfengine/volume_source.hpp"
#include "engine/graph.hpp"
#include "layers/op_facts.hpp"
#include "tests/kernels/fill.hpp"

namespace dfe::test {

class MemoryVolume final : public VolumeSource {
 public:
  explicit MemoryVolume(Volume<float> volume) : volume_(std::move(volume)) {
    info_.path = "test volume";
    info_.geometry.extent = volume_.extent();
  }
  const VolumeInfo& info() const override { return info_; }
  VolumeInfo& info() { return info_; }
  void read_box(const Box3& box, float* out) const override {
    for (std::int64_t z = 0; z < box.extent.z; ++z)
      for (std::int64_t y = 0; y < box.extent.y; ++y, out += box.extent.x)
        std::copy_n(&volume_(box.begin.z + z, box.begin.y + y, box.begin.x), box.extent.x, out);
  }

 private:
  Volume<float> volume_;
  VolumeInfo info_;
};

inline MemoryVolume random_volume(Extent3 extent, std::uint64_t seed) {
  Volume<float> volume(extent);
  const std::vector<float> values = uniform_reals(extent.voxels(), seed);
  std::copy(values.begin(), values.end(), volume.data());
  return MemoryVolume(std::move(volume));
}

/// He-initialised weights (the variance that ReLU layers keep), so that all classes occur.
inline Weights random_weights(const DeepFinderSpec& spec, std::uint64_t seed) {
  Weights weights;
  weights.widths = spec.widths;
  weights.classes = spec.classes;
  for (const OpNode& node : deepfinder_graph(spec).ops) {
    if (node.weights < 0) continue;
    LayerWeights layer = initial_weights(node.op, Philox(seed, 7), static_cast<std::uint32_t>(node.weights));
    for (float& w : layer.kernel) w *= 1.6f;
    layer.bias = uniform_reals(static_cast<std::int64_t>(layer.bias.size()), seed + 1000 + static_cast<std::uint64_t>(node.weights));
    for (float& b : layer.bias) b *= 0.1f;
    weights.layers.push_back(std::move(layer));
  }
  return weights;
}

}  // namespace dfe::test
