// SPDX-License-Identifier: Apache-2.0
// Small label maps for the tests: empty, with balls, or random blobs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dfengine/cluster.hpp"
#include "core/philox.hpp"

namespace dfe::test {

inline LabelMap empty_map(const Extent3& extent) {
  LabelMap map;
  map.labels = Volume<std::uint8_t>(extent, 0);
  map.geometry.extent = extent;
  return map;
}

/// Labels the voxels within `radius` of `centre`, the boundary included; returns how many the volume holds.
inline std::int64_t paint_ball(LabelMap& map, const Point3& centre, double radius, int label) {
  const Extent3 e = map.labels.extent();
  std::int64_t count = 0;
  for (std::int64_t z = 0; z < e.z; ++z)
    for (std::int64_t y = 0; y < e.y; ++y)
      for (std::int64_t x = 0; x < e.x; ++x) {
        const double dz = static_cast<double>(z) - centre.z, dy = static_cast<double>(y) - centre.y, dx = static_cast<double>(x) - centre.x;
        if (dz * dz + dy * dy + dx * dx > radius * radius) continue;
        map.labels(z, y, x) = static_cast<std::uint8_t>(label);
        ++count;
      }
  return count;
}

inline ClusterOptions mean_shift_options(double radius) {
  ClusterOptions options;
  options.radius.value = radius;
  return options;
}

inline ClusterOptions component_options() {
  ClusterOptions options;
  options.method = ClusterMethod::ConnectedComponents;
  return options;
}

/// Whole numbers from 0 to below `limit`, reproducible.
class Random {
 public:
  explicit Random(std::uint64_t seed) : philox_(seed, 7) {}
  std::int64_t below(std::int64_t limit) {
    const auto words = philox_.at(0, index_++);
    return static_cast<std::int64_t>((std::uint64_t{words[0]} << 31 | words[1] >> 1) % static_cast<std::uint64_t>(limit));
  }
  double unit() { return static_cast<double>(philox_.at(1, index_++)[0]) * 0x1p-32; }

 private:
  Philox philox_;
  std::uint64_t index_ = 0;
};

/// A map of random extent up to `largest`, with balls of random classes, salt noise, and sometimes nothing else than noise.
inline LabelMap random_map(Random& random, std::int64_t largest) {
  LabelMap map = empty_map({1 + random.below(largest), 1 + random.below(largest), 1 + random.below(largest)});
  const Extent3 e = map.labels.extent();
  for (std::int64_t k = random.below(6); k > 0; --k)
    paint_ball(
        map, {random.unit() * static_cast<double>(e.z), random.unit() * static_cast<double>(e.y), random.unit() * static_cast<double>(e.x)},
        1 + 3 * random.unit(), static_cast<int>(1 + random.below(3) * random.below(80)));
  const std::int64_t noise = random.below(2) * random.below(1 + map.labels.voxels() / 8);
  for (std::int64_t k = 0; k < noise; ++k)
    map.labels(random.below(e.z), random.below(e.y), random.below(e.x)) = static_cast<std::uint8_t>(random.below(4));
  return map;
}

}  // namespace dfe::test
