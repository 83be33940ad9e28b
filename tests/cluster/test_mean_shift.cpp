// SPDX-License-Identifier: Apache-2.0
// Mean shift on the bit volume against the oracle on points: the same clusters in the same order on
// random maps, and the same bits for any number of threads.
#include <cmath>
#include <cstring>
#include <mutex>

#include "cluster/assign.hpp"
#include "cluster/foreground.hpp"
#include "cluster/mean_shift.hpp"
#include "cluster/progress_share.hpp"
#include "reference_mean_shift.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

namespace dfe {
namespace {

using test::Random, test::random_map, test::mean_shift_options;

void check_equal(const ParticleList& found, const std::vector<test::ReferenceCluster>& expected,
                 PickPosition position) {
  REQUIRE(found.particles.size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const Particle& particle = found.particles[k];
    const test::Coordinates& at =
        position == PickPosition::Mode ? expected[k].mode : expected[k].centroid;
    CHECK(particle.cluster_size == expected[k].size);
    CHECK(particle.class_label == expected[k].label);
    CHECK(particle.position_voxels.z == Approx(at[0]).margin(1e-9));
    CHECK(particle.position_voxels.y == Approx(at[1]).margin(1e-9));
    CHECK(particle.position_voxels.x == Approx(at[2]).margin(1e-9));
  }
}

TEST_CASE("random maps: clusters, order, sizes and labels are the oracle's") {
  Random random(20261126);
  constexpr double kRadii[] = {0.7, 1, 1.4142135623730951, 2, 2.5, 3, 4, 5, 7.3};
  for (int trial = 0; trial < 300; ++trial) {
    const LabelMap map = random_map(random, 18);
    ClusterOptions options = mean_shift_options(kRadii[random.below(9)]);
    options.position = random.below(2) != 0 ? PickPosition::Mode : PickPosition::Centroid;
    options.compute.threads = static_cast<int>(1 + random.below(3));
    INFO("trial " << trial << ", extent " << map.labels.extent().to_string() << ", radius "
                  << options.radius.value);
    check_equal(cluster(map, options), test::reference_mean_shift(map, options.radius.value),
                options.position);
  }
}

TEST_CASE("random maps per class: each class is the oracle's on its own voxels") {
  Random random(3);
  for (int trial = 0; trial < 60; ++trial) {
    const LabelMap map = random_map(random, 14);
    ClusterOptions options = mean_shift_options(1.5 + 4 * random.unit());
    options.per_class = true;
    const ParticleList list = cluster(map, options);
    std::size_t seen = 0;
    for (int label = 1; label < 256; ++label) {
      ParticleList of_class;
      for (const Particle& particle : list.particles)
        if (particle.class_label == label) of_class.particles.push_back(particle);
      seen += of_class.particles.size();
      INFO("trial " << trial << ", label " << label);
      check_equal(of_class, test::reference_mean_shift(map, options.radius.value, label),
                  PickPosition::Centroid);
    }
    CHECK(seen == list.particles.size());
  }
}

TEST_CASE("a radius in Å: clusters are the oracle's with the edges of the voxels") {
  Random random(29);
  const VoxelSize sizes[] = {{30, 10, 10}, {10, 10, 30}, {10, 30, 10}, {17.36, 13.68, 10}};
  for (int trial = 0; trial < 200; ++trial) {
    LabelMap map = random_map(random, 18);
    const VoxelSize voxel = map.geometry.voxel_size = sizes[random.below(4)];
    ClusterOptions options = mean_shift_options(8 + 62 * random.unit());
    options.radius.is_angstrom = true;
    options.position = random.below(2) != 0 ? PickPosition::Mode : PickPosition::Centroid;
    const double x = voxel.x_angstrom;
    INFO("trial " << trial << ", extent " << map.labels.extent().to_string() << ", radius "
                  << options.radius.value << " Å, voxels of " << voxel.z_angstrom << " x "
                  << voxel.y_angstrom << " x " << x);
    check_equal(cluster(map, options),
                test::reference_mean_shift(map, options.radius.value / x, 0,
                                           {voxel.z_angstrom / x, voxel.y_angstrom / x, 1}),
                options.position);
  }
}

/// Spheres of 60 Å with centres in Å; two are 130 Å apart.
LabelMap spheres_of_60_angstrom(const VoxelSize& voxel, const std::vector<Point3>& centres) {
  const auto along = [](double edge) { return static_cast<std::int64_t>(600 / edge); };
  LabelMap map =
      test::empty_map({along(voxel.z_angstrom), along(voxel.y_angstrom), along(voxel.x_angstrom)});
  map.geometry.voxel_size = voxel;
  const Extent3 e = map.labels.extent();
  for (std::int64_t z = 0; z < e.z; ++z)
    for (std::int64_t y = 0; y < e.y; ++y)
      for (std::int64_t x = 0; x < e.x; ++x)
        for (const Point3& c : centres) {
          const double dz = static_cast<double>(z) * voxel.z_angstrom - c.z,
                       dy = static_cast<double>(y) * voxel.y_angstrom - c.y,
                       dx = static_cast<double>(x) * voxel.x_angstrom - c.x;
          if (dz * dz + dy * dy + dx * dx <= 60 * 60) map.labels(z, y, x) = 1;
        }
  return map;
}

TEST_CASE("spheres in Å are found where they are, whichever axis has the long voxels") {
  const std::vector<Point3> centres = {
      {150, 150, 150}, {150, 150, 280}, {150, 280, 150}, {280, 150, 150}, {450, 420, 390}};
  for (const VoxelSize voxel : {VoxelSize{10, 10, 10}, VoxelSize{30, 10, 10}, VoxelSize{10, 30, 10},
                                VoxelSize{10, 10, 30}}) {
    const LabelMap map = spheres_of_60_angstrom(voxel, centres);
    ClusterOptions options = mean_shift_options(60);
    options.radius.is_angstrom = true;
    const ParticleList list = cluster(map, options);
    INFO("voxels of " << voxel.z_angstrom << " x " << voxel.y_angstrom << " x "
                      << voxel.x_angstrom);
    REQUIRE(list.particles.size() == centres.size());
    for (const Point3& c : centres) {
      double nearest = INFINITY;
      for (const Particle& particle : list.particles) {
        const Point3& p = particle.position_voxels;
        nearest =
            std::min(nearest, std::hypot(p.z * voxel.z_angstrom - c.z, p.y * voxel.y_angstrom - c.y,
                                         p.x * voxel.x_angstrom - c.x));
      }
      CHECK(nearest < 5);
    }
    // Volume of the ball over that of a voxel, less what the grid takes off or adds.
    for (const Particle& particle : list.particles) CHECK(*particle.score > 0.8);
  }
}

TEST_CASE("a radius in voxels is a ball of voxels whatever their size") {
  Random random(37);
  for (int trial = 0; trial < 20; ++trial) {
    LabelMap map = random_map(random, 24);
    const ParticleList cubic = cluster(map, mean_shift_options(3));
    map.geometry.voxel_size = {30, 10, 12};
    const ParticleList slices = cluster(map, mean_shift_options(3));
    REQUIRE(slices.particles.size() == cubic.particles.size());
    for (std::size_t k = 0; k < cubic.particles.size(); ++k)
      CHECK(slices.particles[k].position_voxels == cubic.particles[k].position_voxels);
  }
}

TEST_CASE("seeds are the oracle's to the last bit, in the order of their first voxels") {
  Random random(23);
  ThreadPool pool(3);
  ProgressShare progress(nullptr, 1);
  for (int trial = 0; trial < 60; ++trial) {
    const LabelMap map = random_map(random, 24);
    const double radius = 0.5 + 5 * random.unit();
    const VoxelEdges edges = trial % 2 != 0 ? VoxelEdges{} : VoxelEdges{3.1, 0.7};
    const std::vector<Point3> seeds =
        bin_seeds(pool, Foreground(pool, map.labels.view(), 0, progress), Bandwidth(radius, edges));
    const std::vector<test::Coordinates> expected =
        test::reference_seeds(test::points_of(map), radius, {edges.z, edges.y, 1});
    REQUIRE(seeds.size() == expected.size());
    for (std::size_t k = 0; k < seeds.size(); ++k)
      CHECK(test::Coordinates{seeds[k].z, seeds[k].y, seeds[k].x} == expected[k]);
  }
}

TEST_CASE("end points at the same place count once, with the neighbours of the last") {
  const std::vector<Mode> kept = keep_distinct(
      {{{5, 5, 5}, 9}, {{1, 1, 1}, 4}, {{7, 7, 7}, 0}, {{5, 5, 5}, 3}}, {10, 10, 10}, 2);
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].position == Point3{1, 1, 1});
  CHECK(kept[0].neighbours == 4);
  CHECK(kept[1].position == Point3{5, 5, 5});
  CHECK(kept[1].neighbours == 3);
}

TEST_CASE("sums over balls are those of the voxels, boundary included") {
  Random random(11);
  ThreadPool pool(2);
  ProgressShare progress(nullptr, 1);
  for (int trial = 0; trial < 200; ++trial) {
    const LabelMap map = random_map(random, 30);
    const Extent3 e = map.labels.extent();
    const Foreground foreground(pool, map.labels.view(), 0, progress);
    const double radius =
        random.below(2) != 0 ? static_cast<double>(1 + random.below(12)) : 20 * random.unit();
    const double step =
        random.below(2) != 0 ? 1 : 0.37;  // whole centres and radii make boundary voxels
    const Point3 centre{std::floor(random.unit() * 34 / step) * step - 2,
                        std::floor(random.unit() * 34 / step) * step - 2,
                        std::floor(random.unit() * 34 / step) * step - 2};
    const VoxelEdges edges = trial % 2 != 0 ? VoxelEdges{} : VoxelEdges{3, 0.5};
    PointSum expected;
    for (std::int64_t z = 0; z < e.z; ++z)
      for (std::int64_t y = 0; y < e.y; ++y)
        for (std::int64_t x = 0; x < e.x; ++x) {
          const double dz = edges.z * (static_cast<double>(z) - centre.z),
                       dy = edges.y * (static_cast<double>(y) - centre.y),
                       dx = static_cast<double>(x) - centre.x;
          if (map.labels(z, y, x) == 0 || dz * dz + dy * dy + dx * dx > radius * radius) continue;
          ++expected.count, expected.z += z, expected.y += y, expected.x += x;
        }
    const PointSum found = foreground.ball(centre, Bandwidth(radius, edges));
    INFO("trial " << trial << ", extent " << e.to_string() << ", radius " << radius);
    CHECK(found.count == expected.count);
    CHECK(found.z == expected.z);
    CHECK(found.y == expected.y);
    CHECK(found.x == expected.x);
  }
}

TEST_CASE("a voxel goes to its nearest centre, of equally near ones to the earlier") {
  Random random(17);
  ThreadPool pool(2);
  ProgressShare progress(nullptr, 1);
  for (int trial = 0; trial < 60; ++trial) {
    const LabelMap map = random_map(random, 30);
    const Extent3 e = map.labels.extent();
    std::vector<Point3> centres;  // on whole voxels: many ties
    for (std::int64_t k = 1 + random.below(12); k > 0; --k)
      centres.push_back({static_cast<double>(random.below(e.z)),
                         static_cast<double>(random.below(e.y)),
                         static_cast<double>(random.below(e.x))});
    const Foreground foreground(pool, map.labels.view(), 0, progress);
    const VoxelEdges edges = trial % 2 != 0 ? VoxelEdges{} : VoxelEdges{3, 0.5};
    const NearestCentre nearest(centres, e, Bandwidth(0.5 + 20 * random.unit(), edges));
    std::mutex mutex;
    std::int64_t members = 0, wrong = 0;
    nearest.for_each_block(
        pool, foreground, 0, e.z, nullptr, [&](std::span<const Member> block, int) {
          const std::lock_guard lock(mutex);
          for (const Member& member : block) {
            const test::Coordinates at{static_cast<double>(member.voxel.z),
                                       static_cast<double>(member.voxel.y),
                                       static_cast<double>(member.voxel.x)};
            std::size_t expected = 0;
            const auto distance = [&](std::size_t k) {
              return test::square_distance(at, {centres[k].z, centres[k].y, centres[k].x},
                                           {edges.z, edges.y, 1});
            };
            for (std::size_t k = 1; k < centres.size(); ++k)
              if (distance(k) < distance(expected)) expected = k;
            ++members;
            wrong += member.centre != expected ||
                     map.labels(member.voxel.z, member.voxel.y, member.voxel.x) == 0;
          }
        });
    INFO("trial " << trial << ", extent " << e.to_string());
    CHECK(members == foreground.count());
    CHECK(wrong == 0);
  }
}

TEST_CASE("the number of threads changes no bit of the list") {
  Random random(5);
  for (int trial = 0; trial < 12; ++trial) {
    const LabelMap map = random_map(random, 40);
    ClusterOptions options = mean_shift_options(3);
    options.per_class = trial % 2 != 0;
    options.compute.threads = 1;
    const ParticleList one = cluster(map, options);
    for (const int threads : {2, 3, 8}) {
      options.compute.threads = threads;
      const ParticleList several = cluster(map, options);
      REQUIRE(several.particles.size() == one.particles.size());
      for (std::size_t k = 0; k < one.particles.size(); ++k) {
        const Particle &a = one.particles[k], &b = several.particles[k];
        CHECK(std::memcmp(&a.position_voxels, &b.position_voxels, sizeof(Point3)) == 0);
        CHECK(a.class_label == b.class_label);
        CHECK(a.cluster_size == b.cluster_size);
        CHECK(a.score == b.score);
      }
    }
  }
}

}  // namespace
}  // namespace dfe
