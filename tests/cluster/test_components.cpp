// SPDX-License-Identifier: Apache-2.0
// Connected components: which voxels touch, the order of the result, and random maps against a
// flood fill.
#include <tuple>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

namespace dfe {
namespace {

using test::component_options, test::empty_map, test::paint_ball, test::Random, test::random_map;

struct Component {
  std::int64_t size = 0, z = 0, y = 0, x = 0;  // sums
  int label = 0;
  auto order() const { return std::tuple(-size, z, y, x); }
  bool operator<(const Component& other) const { return order() < other.order(); }
};

std::vector<Component> flood_fill(const LabelMap& map) {
  LabelMap left = empty_map(map.labels.extent());
  std::copy_n(map.labels.data(), map.labels.voxels(), left.labels.data());
  const Extent3 e = map.labels.extent();
  std::vector<Component> found;
  for (std::int64_t z = 0; z < e.z; ++z)
    for (std::int64_t y = 0; y < e.y; ++y)
      for (std::int64_t x = 0; x < e.x; ++x) {
        const std::uint8_t label = left.labels(z, y, x);
        if (label == 0) continue;
        Component component;
        component.label = label;
        std::vector<Index3> stack{{z, y, x}};
        left.labels(z, y, x) = 0;
        while (!stack.empty()) {
          const Index3 v = stack.back();
          stack.pop_back();
          ++component.size, component.z += v.z, component.y += v.y, component.x += v.x;
          for (std::int64_t c = std::max<std::int64_t>(0, v.z - 1); c <= std::min(v.z + 1, e.z - 1);
               ++c)
            for (std::int64_t b = std::max<std::int64_t>(0, v.y - 1);
                 b <= std::min(v.y + 1, e.y - 1); ++b)
              for (std::int64_t a = std::max<std::int64_t>(0, v.x - 1);
                   a <= std::min(v.x + 1, e.x - 1); ++a)
                if (left.labels(c, b, a) == label) {
                  left.labels(c, b, a) = 0;
                  stack.push_back({c, b, a});
                }
        }
        found.push_back(component);
      }
  std::stable_sort(found.begin(), found.end());
  return found;
}

TEST_CASE("faces, edges and corners touch; other labels do not") {
  LabelMap map = empty_map({3, 3, 3});
  map.labels(0, 0, 0) = map.labels(1, 1, 1) = map.labels(2, 2, 2) = 5;
  map.labels(0, 0, 1) = 6;
  const ParticleList list = cluster(map, component_options());
  REQUIRE(list.particles.size() == 2);
  CHECK(list.particles[0].class_label == 5);
  CHECK(list.particles[0].cluster_size == 3);
  CHECK(list.particles[0].position_voxels == Point3{1, 1, 1});
  CHECK_FALSE(list.particles[0].score.has_value());
  CHECK(list.particles[1].class_label == 6);
  CHECK(list.particles[1].position_voxels == Point3{0, 0, 1});
}

TEST_CASE("arms that meet late are one component") {
  LabelMap map = empty_map({1, 6, 11});  // a comb, open at the top
  for (std::int64_t y = 0; y < 6; ++y)
    for (std::int64_t x = 0; x < 11; x += 2) map.labels(0, y, x) = 1;
  for (std::int64_t x = 0; x < 11; ++x) map.labels(0, 5, x) = 1;
  const ParticleList list = cluster(map, component_options());
  REQUIRE(list.particles.size() == 1);
  CHECK(list.particles[0].cluster_size == 6 * 6 + 5);
}

TEST_CASE(
    "random maps: components are those of a flood fill, in order, for any number of threads") {
  Random random(99);
  for (int trial = 0; trial < 300; ++trial) {
    const LabelMap map = random_map(random, 20);
    const std::vector<Component> expected = flood_fill(map);
    ClusterOptions options = component_options();
    options.compute.threads = static_cast<int>(1 + trial % 3);
    const ParticleList list = cluster(map, options);
    INFO("trial " << trial << ", extent " << map.labels.extent().to_string());
    REQUIRE(list.particles.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const auto size = static_cast<double>(expected[k].size);
      CHECK(list.particles[k].cluster_size == expected[k].size);
      CHECK(list.particles[k].class_label == expected[k].label);
      CHECK(list.particles[k].position_voxels.z ==
            Approx(static_cast<double>(expected[k].z) / size).margin(1e-9));
      CHECK(list.particles[k].position_voxels.y ==
            Approx(static_cast<double>(expected[k].y) / size).margin(1e-9));
      CHECK(list.particles[k].position_voxels.x ==
            Approx(static_cast<double>(expected[k].x) / size).margin(1e-9));
    }
  }
}

TEST_CASE("thresholds, and the size relative to a ball where a radius is given") {
  LabelMap map = empty_map({12, 12, 40});
  const std::int64_t small = paint_ball(map, {6, 6, 6}, 2, 1),
                     large = paint_ball(map, {6, 6, 20}, 4, 2);
  ClusterOptions options = component_options();
  options.min_size = small + 1;
  REQUIRE(cluster(map, options).particles.size() == 1);
  options.min_size_of_class[1] = small;
  options.radius.value = 5;
  const ParticleList list = cluster(map, options);
  REQUIRE(list.particles.size() == 2);
  CHECK(list.particles[0].score ==
        Approx(static_cast<double>(large) / (4 * 3.14159265358979 / 3 * 125)));
}

}  // namespace
}  // namespace dfe
