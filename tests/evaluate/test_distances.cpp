// SPDX-License-Identifier: Apache-2.0
// Distance transform against all pairs of voxels, and histograms.
#include <algorithm>
#include <cmath>

#include "evaluate/distance_transform.hpp"
#include "tests/evaluate/particles.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

std::int32_t nearest(VolumeView<const std::uint8_t> labels, int label, Index3 from) {
  std::int64_t best = kNoDistance<std::int32_t>;
  for (std::int64_t z = 0; z < labels.extent.z; ++z)
    for (std::int64_t y = 0; y < labels.extent.y; ++y)
      for (std::int64_t x = 0; x < labels.extent.x; ++x) {
        if (label == 0 ? labels(z, y, x) == 0 : labels(z, y, x) != label) continue;
        const std::int64_t dz = z - from.z, dy = y - from.y, dx = x - from.x;
        best = std::min(best, dz * dz + dy * dy + dx * dx);
      }
  return static_cast<std::int32_t>(best);
}

class Map final : public ScoreLookup {
 public:
  explicit Map(Extent3 extent) : values(extent, 0.0f) {}
  void plane(int, std::int64_t z, float* out) const override {
    const Extent3 n = values.extent();
    std::copy_n(values.data() + z * n.y * n.x, n.y * n.x, out);
  }
  Volume<float> values;
};

}  // namespace

TEST_CASE("the distance transform is that of all pairs") {
  ThreadPool pool(2);
  const Extent3 extents[] = {{1, 1, 1}, {1, 1, 17},  {13, 1, 1},
                             {1, 9, 4}, {7, 11, 10}, {12, 3, 15}};
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const Extent3 n = extents[seed % 6];
    const Philox random(seed, RandomPurpose{2});
    Volume<std::uint8_t> labels(n, 0);
    for (std::int64_t i = 0; i < n.voxels(); ++i) {
      const float value = random.uniform(0, static_cast<std::uint64_t>(i));
      labels.data()[i] = value < 0.02f * static_cast<float>(seed % 5)
                             ? static_cast<std::uint8_t>(1 + i % 2)
                             : std::uint8_t{0};
    }
    for (const int label : {0, 1, 2}) {
      const Volume<std::int32_t> squared = squared_distances(labels.view(), label, pool);
      bool same = true;
      for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y)
          for (std::int64_t x = 0; x < n.x; ++x)
            same = same && squared(z, y, x) == nearest(labels.view(), label, {z, y, x});
      INFO("seed " << seed << ", label " << label);
      CHECK(same);
    }
  }
}

TEST_CASE("the distance transform of voxels that are not cubic is that of all pairs in Å") {
  ThreadPool pool(2);
  const Point3 edges[] = {{30, 10, 10}, {10, 10, 30}, {7, 11, 3}};
  const Extent3 extents[] = {{1, 1, 17}, {13, 1, 1}, {7, 11, 10}, {12, 3, 15}};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Extent3 n = extents[seed % 4];
    const Point3& e = edges[seed % 3];
    const Philox random(seed, RandomPurpose{4});
    Volume<std::uint8_t> labels(n, 0);
    for (std::int64_t i = 0; i < n.voxels(); ++i)
      labels.data()[i] = random.uniform(0, static_cast<std::uint64_t>(i)) < 0.03f;
    const Volume<float> squared = squared_distances(labels.view(), 0, e, pool);
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < n.voxels(); ++i) {
      double best = kNoDistance<float>;
      for (std::int64_t j = 0; j < n.voxels(); ++j) {
        if (labels.data()[j] == 0) continue;
        const std::int64_t planes = i / (n.y * n.x) - j / (n.y * n.x),
                           rows = i / n.x % n.y - j / n.x % n.y;
        const double dz = static_cast<double>(planes) * e.z, dy = static_cast<double>(rows) * e.y,
                     dx = static_cast<double>(i % n.x - j % n.x) * e.x;
        best = std::min(best, dz * dz + dy * dy + dx * dx);
      }
      wrong += squared.data()[i] != static_cast<float>(best);  // whole numbers below 2^24
    }
    INFO("seed " << seed);
    CHECK(wrong == 0);
  }
}

TEST_CASE("particles are as far from the membrane as they were put") {
  Volume<std::uint8_t> labels({20, 20, 40}, 0);
  for (std::int64_t z = 0; z < 20; ++z)
    for (std::int64_t y = 0; y < 20; ++y) labels(z, y, 5) = 3;
  const std::vector<Particle> particles = {at(3, 4, 5), at(3, 4, 15.2), at(10, 10, 15.4),
                                           at(19, 0, 39), at(0, 0, 40)};
  const std::vector<double> distances = distances_to_label(labels.view(), 3, particles);
  CHECK(std::vector<double>(distances.begin(), distances.begin() + 4) ==
        std::vector<double>{0, 10, 10, 34});
  CHECK(std::isnan(distances[4]));
  const std::vector<double> in_angstrom =
      distances_to_label(labels.view(), 3, particles, 0, {10, 10, 30});
  CHECK(std::vector<double>(in_angstrom.begin(), in_angstrom.begin() + 4) ==
        std::vector<double>{0, 300, 300, 1020});
  const Histogram histogram = histogram_of(distances, 2);
  CHECK(histogram.mode() == 11);  // the middle of 10 to 12
  CHECK(histogram.counts.size() == 18);
  CHECK_THROWS_WITH(distances_to_label(labels.view(), 4, particles), DFE_CONTAINS("label 4"));
  CHECK(std::isnan(histogram_of({}, 1).mode()));
}

TEST_CASE("local maxima are counted once, by their height") {
  Map map({6, 8, 10});
  map.values(2, 3, 4) = 0.95f;
  map.values(2, 3, 5) = 0.9f;                         // a slope
  map.values(0, 0, 0) = 0.35f;                        // a corner
  map.values(5, 7, 8) = map.values(5, 7, 9) = 0.55f;  // a plateau
  map.values(5, 0, 0) = 1.0f;
  const Histogram histogram = local_maxima(map, {6, 8, 10}, 1, 10);
  CHECK(histogram.counts == std::vector<std::int64_t>{0, 0, 0, 1, 0, 1, 0, 0, 0, 2});
}
