// SPDX-License-Identifier: Apache-2.0
// Maps whose clusters are known without computing them.
#include <cmath>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

namespace dfe {
namespace {

using test::empty_map, test::mean_shift_options, test::paint_ball;

void check_position(const Particle& particle, const Point3& expected) {
  CHECK(particle.position_voxels.z == Approx(expected.z).margin(1e-12));
  CHECK(particle.position_voxels.y == Approx(expected.y).margin(1e-12));
  CHECK(particle.position_voxels.x == Approx(expected.x).margin(1e-12));
}

TEST_CASE("an empty map gives an empty list with the map's facts") {
  LabelMap map = empty_map({5, 6, 7});
  map.class_names = {"background", "ribosome"};
  map.geometry.voxel_size = VoxelSize::cubic(13.68);
  const ParticleList list = cluster(map, mean_shift_options(3));
  CHECK(list.particles.empty());
  CHECK(list.class_names == map.class_names);
  CHECK(list.unnamed.voxel_size == map.geometry.voxel_size);
  CHECK(list.unnamed.size_voxels == Point3{5, 6, 7});
  CHECK(cluster(empty_map({0, 0, 0}), mean_shift_options(3)).particles.empty());
}

TEST_CASE("one voxel is one cluster, in any volume") {
  for (const Extent3 extent :
       {Extent3{1, 1, 1}, Extent3{1, 1, 9}, Extent3{9, 1, 1}, Extent3{3, 17, 70}})
    for (const PickPosition position : {PickPosition::Centroid, PickPosition::Mode}) {
      LabelMap map = empty_map(extent);
      const Index3 last{extent.z - 1, extent.y - 1, extent.x - 1};
      map.labels(last.z, last.y, last.x) = 200;
      ClusterOptions options = mean_shift_options(8);
      options.position = position;
      const ParticleList list = cluster(map, options);
      REQUIRE(list.particles.size() == 1);
      check_position(list.particles[0], {static_cast<double>(last.z), static_cast<double>(last.y),
                                         static_cast<double>(last.x)});
      CHECK(list.particles[0].class_label == 200);
      CHECK(list.particles[0].cluster_size == 1);
    }
}

TEST_CASE("one ball gives its centre, its size and a score of its share of the ball") {
  LabelMap map = empty_map({40, 50, 90});
  const Point3 centre{17, 23, 61};
  const std::int64_t size = paint_ball(map, centre, 5, 3);
  for (const PickPosition position : {PickPosition::Centroid, PickPosition::Mode}) {
    ClusterOptions options = mean_shift_options(8);
    options.position = position;
    const ParticleList list = cluster(map, options);
    REQUIRE(list.particles.size() == 1);
    check_position(list.particles[0], centre);
    CHECK(list.particles[0].class_label == 3);
    CHECK(list.particles[0].cluster_size == size);
    CHECK(list.particles[0].score ==
          Approx(static_cast<double>(size) / (4 * 3.14159265358979 / 3 * 512)));
  }
  CHECK(cluster(map, mean_shift_options(4.9)).particles[0].score ==
        1.0);  // larger than the ball: cut at 1
}

TEST_CASE("two voxels are one cluster up to the radius, two beyond") {
  LabelMap map = empty_map({1, 1, 12});
  map.labels(0, 0, 2) = map.labels(0, 0, 7) = 1;
  ParticleList list =
      cluster(map, mean_shift_options(5));  // distance 5: the boundary belongs to the ball
  REQUIRE(list.particles.size() == 1);
  check_position(list.particles[0], {0, 0, 4.5});
  CHECK(list.particles[0].cluster_size == 2);

  list = cluster(map, mean_shift_options(4.999));
  REQUIRE(list.particles.size() == 2);  // equal neighbour counts: the larger coordinates come first
  check_position(list.particles[0], {0, 0, 7});
  check_position(list.particles[1], {0, 0, 2});
}

TEST_CASE("balls apart keep their own members; the fuller one comes first") {
  LabelMap map = empty_map({30, 30, 60});
  const std::int64_t small = paint_ball(map, {15, 15, 12}, 4, 2),
                     large = paint_ball(map, {14, 16, 44}, 6, 5);
  const ParticleList list = cluster(map, mean_shift_options(7));
  REQUIRE(list.particles.size() == 2);
  check_position(list.particles[0], {14, 16, 44});
  CHECK(list.particles[0].cluster_size == large);
  CHECK(list.particles[0].class_label ==
        5);  // labels 2 and 5: the vote is over the true values, not over 1, 2
  check_position(list.particles[1], {15, 15, 12});
  CHECK(list.particles[1].cluster_size == small);
  CHECK(list.particles[1].class_label == 2);
}

TEST_CASE("a map without background has its labels right") {
  LabelMap map = empty_map({6, 6, 6});
  std::fill_n(map.labels.data(), map.labels.voxels(), std::uint8_t{4});
  const ParticleList list = cluster(map, mean_shift_options(20));
  REQUIRE(list.particles.size() == 1);
  check_position(list.particles[0], {2.5, 2.5, 2.5});
  CHECK(list.particles[0].class_label == 4);
  CHECK(list.particles[0].cluster_size == 216);
}

TEST_CASE("a tie in the vote goes to the lowest label") {
  LabelMap map = empty_map({1, 1, 4});
  map.labels(0, 0, 0) = map.labels(0, 0, 1) = 9;
  map.labels(0, 0, 2) = map.labels(0, 0, 3) = 6;
  CHECK(cluster(map, mean_shift_options(4)).particles.at(0).class_label == 6);
  map.labels(0, 0, 2) = 9;
  CHECK(cluster(map, mean_shift_options(4)).particles.at(0).class_label == 9);
}

TEST_CASE("together, touching particles of two classes merge; per class they do not") {
  LabelMap map = empty_map({20, 20, 30});
  const std::int64_t first = paint_ball(map, {10, 10, 12}, 3, 2),
                     second = paint_ball(map, {10, 10, 19}, 3, 7);
  const ParticleList together = cluster(map, mean_shift_options(12));
  REQUIRE(together.particles.size() == 1);
  CHECK(together.particles[0].cluster_size == first + second);  // members of any label
  CHECK(together.particles[0].class_label == 2);
  check_position(together.particles[0], {10, 10, 15.5});

  ClusterOptions options = mean_shift_options(12);
  options.per_class = true;
  const ParticleList apart = cluster(map, options);
  REQUIRE(apart.particles.size() == 2);  // equal counts: the larger coordinates first
  CHECK(apart.particles[0].class_label == 7);
  check_position(apart.particles[0], {10, 10, 19});
  CHECK(apart.particles[1].class_label == 2);
  check_position(apart.particles[1], {10, 10, 12});
}

TEST_CASE("size thresholds: one for all, and one of a class by the class voted") {
  LabelMap map = empty_map({20, 20, 80});
  const std::int64_t small = paint_ball(map, {10, 10, 10}, 2, 1),
                     middle = paint_ball(map, {10, 10, 40}, 3, 2);
  const std::int64_t large = paint_ball(map, {10, 10, 65}, 4, 1);
  const auto sizes = [&](std::int64_t min_size, std::map<int, std::int64_t> of_class) {
    ClusterOptions options = mean_shift_options(6);
    options.min_size = min_size;
    options.min_size_of_class = std::move(of_class);
    std::vector<std::int64_t> found;
    for (const Particle& particle : cluster(map, options).particles)
      found.push_back(*particle.cluster_size);
    return found;
  };
  CHECK(sizes(1, {}) == std::vector{large, middle, small});
  CHECK(sizes(small, {}) == std::vector{large, middle, small});
  CHECK(sizes(small + 1, {}) == std::vector{large, middle});
  CHECK(sizes(small + 1, {{1, 1}}) == std::vector{large, middle, small});
  CHECK(sizes(1, {{1, large + 1}}) == std::vector{middle});
  CHECK(sizes(1, {{9, 1000}}) == std::vector{large, middle, small});
}

TEST_CASE("a map of foreground alone finishes, and its members add up") {
  LabelMap map = empty_map({24, 40, 70});
  std::fill_n(map.labels.data(), map.labels.voxels(), std::uint8_t{1});
  for (const double radius : {1.5, 5.0, 30.0}) {
    std::int64_t members = 0;
    for (const Particle& particle : cluster(map, mean_shift_options(radius)).particles)
      members += *particle.cluster_size;
    CHECK(members == map.labels.voxels());
  }
}

TEST_CASE("a radius below the voxel spacing leaves every voxel alone") {
  LabelMap map = empty_map({2, 3, 4});
  std::fill_n(map.labels.data(), map.labels.voxels(), std::uint8_t{1});
  for (const double radius : {0.99, 0.01}) {
    const ParticleList list = cluster(map, mean_shift_options(radius));
    REQUIRE(list.particles.size() == 24);
    check_position(list.particles.front(), {1, 2, 3});
    check_position(list.particles.back(), {0, 0, 0});
  }
}

}  // namespace
}  // namespace dfe
