// SPDX-License-Identifier: Apache-2.0
// Small tomograms to draw from, and what is drawn: objects that no turn or mirror leaves as they
// are.
#pragma once

#include <atomic>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/sampling/sampler.hpp"
#include "tests/fixtures/memory_volume.hpp"

namespace dfe::sampling {

/// Remembers the largest block that was read.
class WatchedVolume final : public VolumeSource {
 public:
  explicit WatchedVolume(test::MemoryVolume volume) : volume_(std::move(volume)) {}
  const VolumeInfo& info() const override { return volume_.info(); }
  void read_box(const Box3& box, float* out) const override {
    std::int64_t seen = largest;
    while (box.extent.voxels() > seen &&
           !largest.compare_exchange_weak(seen, box.extent.voxels())) {
    }
    volume_.read_box(box, out);
  }
  mutable std::atomic<std::int64_t> largest{0};

 private:
  test::MemoryVolume volume_;
};

struct Scene {
  std::shared_ptr<WatchedVolume> tomogram, target;
  std::vector<Particle> objects;

  TrainingVolume volume() const { return {tomogram, target, objects}; }
};

inline Particle object(int label, double z, double y, double x) {
  Particle p;
  p.class_label = label;
  p.position_voxels = {z, y, x};
  return p;
}

/// A hook of three arms of different length at every object: no turn or mirror leaves it as it is.
/// Voxels are 10 x label.
inline Scene hooks(Extent3 extent, std::vector<Particle> objects) {
  Volume<float> voxels(extent, 0.0f), labels(extent, 0.0f);
  for (const Particle& o : objects) {
    const auto z = static_cast<std::int64_t>(o.position_voxels.z),
               y = static_cast<std::int64_t>(o.position_voxels.y),
               x = static_cast<std::int64_t>(o.position_voxels.x);
    const auto put = [&](std::int64_t pz, std::int64_t py, std::int64_t px) {
      if (pz < 0 || py < 0 || px < 0 || pz >= extent.z || py >= extent.y || px >= extent.x) return;
      labels(pz, py, px) = static_cast<float>(o.class_label);
      voxels(pz, py, px) = static_cast<float>(10 * o.class_label);
    };
    for (std::int64_t i = 0; i <= 5; ++i) put(z, y, x + i);
    for (std::int64_t i = 0; i <= 3; ++i) put(z, y + i, x);
    for (std::int64_t i = 0; i <= 2; ++i) put(z + i, y, x);
  }
  Scene scene;
  scene.tomogram = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(voxels)));
  scene.target = std::make_shared<WatchedVolume>(test::MemoryVolume(std::move(labels)));
  scene.objects = std::move(objects);
  return scene;
}

inline SamplerOptions plain(Extent3 patch, int classes) {
  SamplerOptions options;
  options.patch = patch;
  options.classes = classes;
  options.shift = 0;
  options.background = 0;
  options.normalization = Normalization::None;
  options.augmentation = Augmentation::none();
  return options;
}

struct Sample {
  std::vector<float> voxels;
  std::vector<std::uint8_t> labels;

  bool operator==(const Sample&) const = default;
};

inline Sample draw(const Sampler& sampler, std::uint32_t step, std::uint64_t index) {
  const auto n = static_cast<std::size_t>(sampler.options().patch.voxels());
  Sample s{std::vector<float>(n), std::vector<std::uint8_t>(n)};
  sampler.draw(step, index, s.voxels.data(), s.labels.data());
  return s;
}

inline Augmentation everything() {
  Augmentation a;
  a.turn_z = a.turn_x = a.mirror_z = a.mirror_y = a.mirror_x = a.quarter_turn = a.rotation =
      a.blur = a.intensity = a.noise = a.mixup = 0.5;
  return a;
}

/// Objects of three classes spread over the volume.
inline std::vector<Particle> scattered(Extent3 extent, int n) {
  std::vector<Particle> objects;
  const Philox random(2, RandomPurpose{9});
  for (int i = 0; i < n; ++i) {
    const auto along = [&](std::uint32_t k, std::int64_t size) {
      return std::floor(static_cast<double>(random.uniform(k, static_cast<std::uint64_t>(i))) *
                        static_cast<double>(size));
    };
    objects.push_back(object(1 + (i % 10 == 0   ? 1
                                  : i % 10 == 1 ? 2
                                                : 0),
                             along(0, extent.z), along(1, extent.y), along(2, extent.x)));
  }
  return objects;
}

}  // namespace dfe::sampling
