// SPDX-License-Identifier: Apache-2.0
// Painting objects: closed forms for spheres, hand-made masks, and the two properties that matter:
// the last object wins and threads change nothing.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/math/rotation.hpp"
#include "core/philox.hpp"
#include "dfengine/length.hpp"
#include "dfengine/target.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

Particle particle(int label, double z, double y, double x) {
  Particle p;
  p.class_label = label;
  p.position_voxels = {z, y, x};
  return p;
}

TargetOptions spheres(std::initializer_list<std::pair<int, double>> radii,
                      TargetRules rules = TargetRules::Exact) {
  TargetOptions options;
  for (const auto& [label, radius] : radii)
    options.shapes[label].radii_voxels = {radius, radius, radius};
  options.rules = rules;
  return options;
}

std::int64_t count(const Volume<std::uint8_t>& volume, int label) {
  return std::count(volume.span().begin(), volume.span().end(), static_cast<std::uint8_t>(label));
}

/// An L of three arms with different lengths along +x, +y, +z from the centre voxel floor(n / 2).
Volume<float> three_arms(std::int64_t n) {
  Volume<float> mask({n, n, n}, 0.0f);
  const std::int64_t c = n / 2;
  for (std::int64_t i = 0; i <= 4; ++i) mask(c, c, c + i) = 1;
  for (std::int64_t i = 0; i <= 3; ++i) mask(c, c + i, c) = 1;
  for (std::int64_t i = 0; i <= 2; ++i) mask(c + i, c, c) = 1;
  return mask;
}

}  // namespace

TEST_CASE("a sphere holds the voxels within its radius of the real position") {
  const double radius = GENERATE(0.5, 1.0, 2.7, 6.0, 9.3);
  const Point3 at = GENERATE(Point3{14, 15, 16}, Point3{14.5, 15.25, 15.9}, Point3{0.4, 29.9, 3});
  ParticleList list;
  list.particles = {particle(3, at.z, at.y, at.x)};
  Volume<std::uint8_t> labels({30, 31, 32}, 0);
  paint_objects(list, spheres({{3, radius}}), labels.view());
  std::int64_t wrong = 0;
  for (int z = 0; z < 30; ++z)
    for (int y = 0; y < 31; ++y)
      for (int x = 0; x < 32; ++x) {
        const double d2 =
            (z - at.z) * (z - at.z) + (y - at.y) * (y - at.y) + (x - at.x) * (x - at.x);
        wrong += (labels(z, y, x) == 3) != (d2 <= radius * radius);
      }
  CHECK(wrong == 0);
}

TEST_CASE(
    "sphere sizes are those of the lattice, and DeepFinder's lose three voxels at the largest "
    "radius") {
  // Points of the integer lattice within a radius: OEIS A000605.
  const auto [radius, whole] =
      GENERATE(std::pair{3, 123}, std::pair{4, 257}, std::pair{6, 925}, std::pair{10, 4169});
  ParticleList list;
  list.particles = {particle(1, 20, 20, 20)};
  Volume<std::uint8_t> exact({40, 40, 40}, 0), cut({40, 40, 40}, 0), smaller({40, 40, 40}, 0);
  paint_objects(list, spheres({{1, radius}}), exact.view());
  paint_objects(list, spheres({{1, radius}}, TargetRules::DeepFinder), cut.view());
  paint_objects(list, spheres({{1, radius}, {2, radius + 1}}, TargetRules::DeepFinder),
                smaller.view());
  CHECK(count(exact, 1) == whole);
  CHECK(count(cut, 1) == whole - 3);
  CHECK(cut(20, 20, 20 + radius) == 0);
  CHECK(cut(20, 20, 20 - radius) == 1);
  CHECK(count(smaller, 1) == whole);
}

TEST_CASE("a sphere in Å is the ellipsoid of its voxels, wherever it lies") {
  // Whole numbers of Å: the expected side is exact. 43 Å meets no voxel centre exactly.
  const VoxelSize voxel =
      GENERATE(VoxelSize{30, 10, 10}, VoxelSize{10, 10, 30}, VoxelSize{7, 9, 8});
  const Point3 at = GENERATE(Point3{14, 15, 16}, Point3{14.5, 15.25, 15.75}, Point3{0, 30, 3});
  TargetOptions options;
  options.shapes[3].radii_voxels = Length{43, true}.voxels(voxel, "radius");
  ParticleList list;
  list.particles = {particle(3, at.z, at.y, at.x)};
  Volume<std::uint8_t> labels({30, 31, 32}, 0);
  paint_objects(list, options, labels.view());
  std::int64_t wrong = 0;
  for (int z = 0; z < 30; ++z)
    for (int y = 0; y < 31; ++y)
      for (int x = 0; x < 32; ++x) {
        const double dz = (z - at.z) * voxel.z_angstrom, dy = (y - at.y) * voxel.y_angstrom,
                     dx = (x - at.x) * voxel.x_angstrom;
        wrong += (labels(z, y, x) == 3) != (dz * dz + dy * dy + dx * dx <= 43 * 43);
      }
  CHECK(wrong == 0);
}

TEST_CASE("a sphere of 60 Å covers 5, 13 and 13 voxels of 30, 10 and 10 Å; one of 6 voxels 13") {
  const auto widths = [](const Length& radius) {
    TargetOptions options;
    options.shapes[1].radii_voxels = radius.voxels({30, 10, 10}, "radius");
    ParticleList list;
    list.particles = {particle(1, 10, 20, 20)};
    Volume<std::uint8_t> labels({20, 40, 40}, 0);
    paint_objects(list, options, labels.view());
    Extent3 width;
    for (std::int64_t i = 0; i < 40; ++i) {
      width.z += i < 20 && labels(i, 20, 20) != 0;
      width.y += labels(10, i, 20) != 0;
      width.x += labels(10, 20, i) != 0;
    }
    return width;
  };
  CHECK(widths({60, true}) == Extent3{5, 13, 13});
  CHECK(widths({6, false}) == Extent3{13, 13, 13});
}

TEST_CASE("a mask turns in Å: a rod along x becomes a rod of the same length along z") {
  TargetOptions options;
  options.voxel_size = {30, 10, 10};
  Volume<float> rod({9, 25, 25}, 0.0f);  // 250 Å along each axis but z
  for (std::int64_t x = 0; x < 25; ++x)
    for (std::int64_t z = 3; z <= 5; ++z)
      for (std::int64_t y = 8; y <= 16; ++y) rod(z, y, x) = 1;  // 90 Å thick
  options.shapes[1].mask = std::move(rod);
  ParticleList list;
  list.particles = {particle(1, 20, 20, 20)};
  list.particles[0].orientation = Rotation{0, 0, 1, 0, 1, 0, -1, 0, 0};  // x -> -z, z -> x
  Volume<std::uint8_t> labels({40, 40, 40}, 0);
  paint_objects(list, options, labels.view());
  std::int64_t along_z = 0, along_y = 0, along_x = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    along_z += labels(i, 20, 20);
    along_y += labels(20, i, 20);
    along_x += labels(20, 20, i);
  }
  CHECK(along_z == 9);  // centres -120 to 120 Å: 9 planes of 30 Å
  CHECK(along_y == 9);  // unchanged: centres -40 to 40 Å
  // Planes at -30 to 30 Å, faded to one half 15 Å beyond: centres -45 to 45 Å, of which -40 to 40
  // are whole voxels.
  CHECK(along_x == 9);
  CHECK(count(labels, 1) == 9 * 9 * 9);

  SECTION("without angles it is painted as it is") {
    list.particles[0].orientation.reset();
    Volume<std::uint8_t> plain({40, 40, 40}, 0);
    paint_objects(list, options, plain.view());
    CHECK(count(plain, 1) == 3 * 9 * 25);
  }
}

TEST_CASE("DeepFinder's rules cut positions to whole voxels") {
  ParticleList list;
  list.particles = {particle(1, 10.9, 11.5, 12.1)};
  Volume<std::uint8_t> labels({24, 24, 24}, 0), expected({24, 24, 24}, 0);
  paint_objects(list, spheres({{1, 4}}, TargetRules::DeepFinder), labels.view());
  list.particles = {particle(1, 10, 11, 12)};
  paint_objects(list, spheres({{1, 4}}, TargetRules::DeepFinder), expected.view());
  CHECK(std::equal(labels.span().begin(), labels.span().end(), expected.span().begin()));
}

TEST_CASE("a quarter turn about z moves the arms of a mask as the matrix says") {
  TargetOptions options;
  options.shapes[1].mask = three_arms(12);
  options.rules = GENERATE(TargetRules::Exact, TargetRules::DeepFinder);
  ParticleList list;
  list.particles = {particle(1, 10, 10, 10)};
  list.particles[0].orientation = Rotation{0, -1, 0, 1, 0, 0, 0, 0, 1};  // x -> y, y -> -x
  Volume<std::uint8_t> labels({20, 20, 20}, 0);
  paint_objects(list, options, labels.view());
  CHECK(count(labels, 1) == 10);
  for (int i = 0; i <= 4; ++i) CHECK(labels(10, 10 + i, 10) == 1);
  for (int i = 0; i <= 3; ++i) CHECK(labels(10, 10, 10 - i) == 1);
  for (int i = 0; i <= 2; ++i) CHECK(labels(10 + i, 10, 10) == 1);
}

TEST_CASE(
    "a mask of odd and unequal extents lies with its centre voxel on the position, up to its "
    "edge") {
  TargetOptions options;
  options.shapes[1].mask = Volume<float>({3, 5, 8}, 1.0f);
  ParticleList list;
  list.particles = {particle(1, 10, 11, 12)};
  Volume<std::uint8_t> labels({20, 20, 20}, 0);
  paint_objects(list, options, labels.view());
  CHECK(count(labels, 1) == 3 * 5 * 8);
  CHECK(labels(9, 9, 8) == 1);
  CHECK(labels(11, 13, 15) == 1);
}

TEST_CASE("a mask follows a shift by a fraction of a voxel") {
  TargetOptions options;
  Volume<float> ball({24, 24, 24}, 0.0f);
  for (int z = 0; z < 24; ++z)
    for (int y = 0; y < 24; ++y)
      for (int x = 0; x < 24; ++x)
        ball(z, y, x) =
            (z - 12) * (z - 12) + (y - 12) * (y - 12) + (x - 12) * (x - 12) <= 64 ? 1.0f : 0.0f;
  options.shapes[1].mask = std::move(ball);
  const Point3 at =
      GENERATE(Point3{20, 20, 20}, Point3{20.3, 19.6, 20.45}, Point3{19.75, 20.25, 20.4});
  ParticleList list;
  list.particles = {particle(1, at.z, at.y, at.x)};
  Volume<std::uint8_t> labels({40, 40, 40}, 0);
  paint_objects(list, options, labels.view());
  double n = 0, z1 = 0, y1 = 0, x1 = 0;
  for (int z = 0; z < 40; ++z)
    for (int y = 0; y < 40; ++y)
      for (int x = 0; x < 40; ++x)
        if (labels(z, y, x)) ++n, z1 += z, y1 += y, x1 += x;
  CHECK(z1 / n == Approx(at.z).margin(0.12));
  CHECK(y1 / n == Approx(at.y).margin(0.12));
  CHECK(x1 / n == Approx(at.x).margin(0.12));
  CHECK(n == Approx(2109).epsilon(0.05));
}

TEST_CASE("the last object wins whatever the number of threads") {
  const Philox random(5, RandomPurpose{1});
  ParticleList list;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto u = [&](std::uint32_t k) { return static_cast<double>(random.uniform(k, i)); };
    list.particles.push_back(
        particle(1 + static_cast<int>(i % 3), 44 * u(0) - 2, 150 * u(1) - 5, 60 * u(2) - 5));
    if (i % 3 == 2) list.particles.back().orientation = math::about_z(360 * u(3));
  }
  TargetOptions options = spheres({{1, 5}, {2, 7.5}});
  options.shapes[3].mask = three_arms(16);
  Volume<std::uint8_t> one_by_one({40, 140, 50}, 0);
  for (const Particle& p : list.particles) {
    ParticleList single;
    single.particles = {p};
    paint_objects(single, options, one_by_one.view());
  }
  for (const int threads : {1, 2, 3}) {
    options.threads = threads;
    Volume<std::uint8_t> labels({40, 140, 50}, 0);
    paint_objects(list, options, labels.view());
    CHECK(std::equal(labels.span().begin(), labels.span().end(), one_by_one.span().begin()));
  }
}

TEST_CASE("objects outside, clipped, empty and left out are counted") {
  ParticleList list;
  list.particles = {particle(1, 10, 10, 10),  particle(1, 10, 10, 1), particle(1, 10, 10, -3.5),
                    particle(1, -30, 10, 10), particle(2, 5, 5, 5),   particle(3, 4.5, 4.5, 4.5)};
  Volume<std::uint8_t> labels({20, 20, 20}, 7);
  const auto counts = paint_objects(list, spheres({{1, 3}, {2, 0}, {3, 0.4}}), labels.view());
  CHECK(counts.at(1).objects == 4);
  CHECK(counts.at(1).clipped == 1);
  CHECK(counts.at(1).outside == 2);
  CHECK(counts.at(1).empty == 0);
  CHECK(counts.at(2).left_out == 1);
  CHECK(counts.at(3).empty == 1);
  CHECK(count(labels, 7) == 8000 - count(labels, 1));
}

TEST_CASE("requests that make no sense are refused") {
  Volume<std::uint8_t> labels({20, 20, 20}, 0);
  ParticleList list;
  list.particles = {particle(2, 10, 10, 10)};
  CHECK_THROWS_WITH(paint_objects(list, spheres({{1, 3}}), labels.view()),
                    DFE_CONTAINS("class 2") && DFE_CONTAINS("give a radius"));
  CHECK_THROWS_AS(paint_objects(list, spheres({{2, 1e6}}), labels.view()), Error);
  CHECK_THROWS_AS(paint_objects(list, spheres({{2, std::nan("")}}), labels.view()), Error);
  CHECK_THROWS_AS(paint_objects(list, spheres({{300, 2}}), labels.view()), Error);
  CHECK_THROWS_WITH(
      paint_objects(list, spheres({{2, 2.5}}, TargetRules::DeepFinder), labels.view()),
      DFE_CONTAINS("whole voxels"));
  TargetOptions flat = spheres({{2, 2}});
  flat.shapes[2].radii_voxels.z = 0;
  CHECK_THROWS_AS(paint_objects(list, flat, labels.view()), Error);
  flat.shapes[2].radii_voxels.z = 1;
  flat.rules = TargetRules::DeepFinder;
  CHECK_THROWS_WITH(paint_objects(list, flat, labels.view()),
                    DFE_CONTAINS("1 x 2 x 2 voxels (z, y, x)"));
  list.particles[0].position_voxels.x = 1e300;
  CHECK_THROWS_AS(paint_objects(list, spheres({{2, 3}}), labels.view()), Error);
}
