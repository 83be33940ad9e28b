// SPDX-License-Identifier: Apache-2.0
// Densities of shapes, atoms and maps against closed forms.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "dfengine/simulate.hpp"
#include "simulate/density.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/simulate/distance.hpp"

using namespace dfe;

namespace {

double sum_of(const Volume<float>& v) {
  double sum = 0;
  for (const float x : v.span()) sum += x;
  return sum;
}

/// Index 0 has no partner on the other side of n / 2 and is left out.
Point3 centre_of(const Volume<float>& v) {
  double mass = 0;
  Point3 c;
  for (std::int64_t z = 1; z < v.extent().z; ++z)
    for (std::int64_t y = 1; y < v.extent().y; ++y)
      for (std::int64_t x = 1; x < v.extent().x; ++x) {
        const double m = v(z, y, x);
        mass += m, c.z += m * static_cast<double>(z), c.y += m * static_cast<double>(y),
            c.x += m * static_cast<double>(x);
      }
  return {c.z / mass, c.y / mass, c.x / mass};
}

DensityOptions at(double voxel) {
  DensityOptions options;
  options.voxel_size_angstrom = voxel;
  return options;
}

ScatteringFactor carbon() {
  return {
      {0.0893, 0.2563, 0.757, 1.0487, 0.3575}, {0.2465, 1.71, 6.4094, 18.6113, 50.2523}, 12.011};
}

}  // namespace

TEST_CASE("every built-in shape has a density, centred, with the size of the real complex") {
  for (const std::string& name : shape_names()) {
    INFO(name);
    const ObjectDensity d = shape_density(name, {200, 150, 120}, at(13.68));
    CHECK(d.values.extent().x == 2 * d.mask.extent().x);
    const double voxels = sum_of(d.mask);
    CHECK(voxels > 100);
    CHECK(voxels < 4000);
    // Nothing at the cube's faces: no part was cut off, and nothing wraps.
    float edge = 0, greatest = 0;
    const std::int64_t n = d.values.extent().x;
    for (std::int64_t z = 0; z < n; ++z)
      for (std::int64_t y = 0; y < n; ++y)
        for (std::int64_t x = 0; x < n; ++x) {
          greatest = std::max(greatest, d.values(z, y, x));
          if (std::min({z, y, x}) == 0) edge = std::max(edge, std::abs(d.values(z, y, x)));
        }
    CHECK(edge < 0.02f * greatest);
  }
  CHECK_THROWS_WITH(shape_density("teapot", {100, 100, 100}, at(10)), DFE_CONTAINS("ribosome"));
  CHECK_THROWS_WITH(shape_density("sphere", {-3, 1, 1}, at(10)), DFE_CONTAINS("size"));
  CHECK_THROWS_WITH(shape_density("sphere", {90000, 1, 1}, at(10)), DFE_CONTAINS("voxels"));
}

TEST_CASE("a sphere has its volume, its potential inside and its mask's size") {
  const double radius = 100, voxel = 10;
  const ObjectDensity d = shape_density("sphere", {2 * radius, 1, 1}, at(voxel));
  const double volume = 4.0 / 3 * std::numbers::pi * radius * radius * radius;
  CHECK(sum_of(d.values) * std::pow(voxel / 2, 3) == Approx(3 * volume).epsilon(0.005));
  const std::int64_t c = d.values.extent().x / 2;
  CHECK(d.values(c, c, c) == Approx(3).epsilon(0.1));  // ringing of the low-pass
  DensityOptions half = at(voxel);
  half.mask_threshold = 0.45;  // half of 3 V; the greatest value is 10 % above
  CHECK(sum_of(shape_density("sphere", {2 * radius, 1, 1}, half).mask) * std::pow(voxel, 3) ==
        Approx(volume).epsilon(0.06));
  const Point3 m = centre_of(d.mask);
  CHECK(m.x == Approx(static_cast<double>(d.mask.extent().x / 2)).margin(1e-6));
}

TEST_CASE("an ellipsoid's sizes are along z, y, x") {
  const ObjectDensity d = shape_density("ellipsoid", {240, 160, 80}, at(8));
  const auto length = [&](int axis) {
    std::int64_t low = 1000, high = -1;
    const std::int64_t n = d.mask.extent().x;
    for (std::int64_t i = 0; i < n; ++i)
      if ((axis == 0   ? d.mask(i, n / 2, n / 2)
           : axis == 1 ? d.mask(n / 2, i, n / 2)
                       : d.mask(n / 2, n / 2, i)) > 0.5f) {
        low = std::min(low, i);
        high = std::max(high, i);
      }
    return static_cast<double>(high - low + 1) * 8;
  };
  CHECK(length(0) == Approx(240).margin(17));
  CHECK(length(1) == Approx(160).margin(17));
  CHECK(length(2) == Approx(80).margin(17));
}

TEST_CASE("a tube has its hole, a piece of membrane its two sheets and their integral") {
  const double voxel = 8, pi = std::numbers::pi;
  const ObjectDensity tube = shape_density("tube", {200, 240, 120}, at(voxel));
  CHECK(sum_of(tube.values) * std::pow(voxel / 2, 3) ==
        Approx(3 * pi * (120 * 120 - 60 * 60) * 200).epsilon(0.01));
  const std::int64_t c = tube.values.extent().x / 2;
  CHECK(std::abs(tube.values(c, c, c)) < 0.1F);
  CHECK(tube.values(c, c, c + std::llround(90 / (voxel / 2))) == Approx(3).epsilon(0.1));
  CHECK_THROWS_WITH(shape_density("tube", {200, 120, 120}, at(voxel)), DFE_CONTAINS("inner"));

  const ObjectDensity membrane = shape_density("membrane", {40, 200, 1}, at(voxel));
  // Two sheets of Gaussians of 3 V and 7 Å: 17.5 Å, which points every 2 Å make 16 to 18 Å.
  CHECK(sum_of(membrane.values) * std::pow(voxel / 2, 3) ==
        Approx(2 * 3 * 7 * std::sqrt(2 * pi) * pi * 100 * 100).epsilon(0.1));
  const std::int64_t m = membrane.values.extent().x / 2;
  const auto height = [&](double angstrom) {
    return membrane.values(m + std::llround(angstrom / (voxel / 2)), m, m);
  };
  CHECK(height(20) > 2);
  CHECK(height(-20) == Approx(height(20)).epsilon(0.01));
  CHECK(height(0) < 0.5F * height(20));
}

TEST_CASE("atoms keep their integral, their places and their order of strength") {
  // Four heavy groups of carbons with hydrogens given, so that none are added.
  Structure s;
  s.factors = {carbon(),
               {{0.0349, 0.1201, 0.197, 0.0573, 0.1195},
                {0.5347, 3.5867, 12.3471, 18.9525, 38.6269},
                1.008}};
  for (int i = 0; i < 600; ++i)
    for (int h = 0; h < 2; ++h)
      s.atoms.push_back({{60.0 * (i % 2) + (i / 2) % 5, 3.0 * (i % 7), 2.0 * (i % 11)}, h, 1, 20});
  const double voxel = 6;
  const ObjectDensity d = structure_density(s, at(voxel));
  // Each pair: 47.878 V·Å² times the factors' sums, less ice over the displaced volume.
  const double scattering = 47.87801 * (0.0893 + 0.2563 + 0.757 + 1.0487 + 0.3575 + 0.0349 +
                                        0.1201 + 0.197 + 0.0573 + 0.1195);
  const double displaced = 4.5301 * 0.93 * (12.011 + 1.008) / (1.35 * 0.602214);
  CHECK(sum_of(d.values) * std::pow(voxel / 2, 3) ==
        Approx(600 * (scattering - displaced)).epsilon(0.002));
  const Point3 m = centre_of(d.values);
  const double c = static_cast<double>(d.values.extent().x / 2);
  CHECK(m.z == Approx(c).margin(0.02));
  CHECK(m.y == Approx(c).margin(0.02));
  CHECK(m.x == Approx(c).margin(0.02));
  CHECK_THROWS_WITH(structure_density({}, at(6)), DFE_CONTAINS("no atoms"));
}

TEST_CASE("protein at its own density lies about 3 V above ice") {
  // A block of protein: 1.35 g/cm³ of the average composition C 4.96 H 7.9 N 1.35 O 1.5 per
  // residue, hydrogens left out as files do.
  Structure s;
  s.factors = {
      carbon(),
      {{0.1022, 0.3219, 0.7982, 0.8197, 0.1715},
       {0.2451, 1.7481, 6.1925, 17.3894, 48.1431},
       14.007},
      {{0.0974, 0.2921, 0.691, 0.699, 0.2039}, {0.2067, 1.3815, 4.6943, 12.7105, 32.4726}, 15.999}};
  const double residue_volume = 110 / (1.35 * 0.602214), edge = std::cbrt(residue_volume);
  int k = 0;
  for (int z = 0; z < 22; ++z)
    for (int y = 0; y < 22; ++y)
      for (int x = 0; x < 22; ++x)
        for (int a = 0; a < 8; ++a, ++k)  // 5 C, 1.35 N, 1.5 O
          s.atoms.push_back({{(z + 0.5 * (a & 1)) * edge, (y + 0.5 * (a / 2 % 2)) * edge,
                              (x + 0.5 * (a / 4)) * edge},
                             a < 5             ? 0
                             : a == 5          ? 1
                             : a == 6 && k % 3 ? 1
                                               : 2,
                             1,
                             30});
  const ObjectDensity d = structure_density(s, at(10));
  const std::int64_t c = d.values.extent().x / 2;
  CHECK(d.values(c, c, c) > 2);
  CHECK(d.values(c, c, c) < 4.5);
}

TEST_CASE("a map is centred, thresholded, scaled and resampled") {
  const double map_voxel = 7, voxel = 12, radius = 84;
  Volume<float> map(Extent3{40, 44, 52}, 0.05f);  // a floor below the threshold
  const Point3 centre{17.3, 24.1, 30.6};
  for (std::int64_t z = 0; z < 40; ++z)
    for (std::int64_t y = 0; y < 44; ++y)
      for (std::int64_t x = 0; x < 52; ++x)
        if (const double r = test::distance(z, y, x, centre) * map_voxel; r < radius + 12)
          map(z, y, x) = static_cast<float>(
              8 * std::clamp((radius + 5 - r) / 10, 0.0,
                             1.0));  // an edge of 10 Å, which the map's voxels can carry
  const ObjectDensity d = map_density(map.view(), map_voxel, 1.0, 3, at(voxel));
  double sum = 0, square = 0;
  for (const float v : map.span())
    if (v >= 1) sum += v, square += static_cast<double>(v) * v;
  const double scale = 3 * sum / square;  // the mean, weighted by itself, becomes 3 V
  CHECK(sum_of(d.values) * std::pow(voxel / 2, 3) ==
        Approx(scale * sum * std::pow(map_voxel, 3)).epsilon(0.005));
  const Point3 m = centre_of(d.values);
  const double c = static_cast<double>(d.values.extent().x / 2);
  CHECK(m.z == Approx(c).margin(0.05));
  CHECK(m.y == Approx(c).margin(0.05));
  CHECK(m.x == Approx(c).margin(0.05));
  // The same ball as a built-in shape.
  const ObjectDensity ball = shape_density("sphere", {2 * radius, 1, 1}, at(voxel));
  const std::int64_t a = d.values.extent().x / 2, b = ball.values.extent().x / 2;
  double worst = 0;
  for (std::int64_t z = -10; z <= 10; ++z)
    for (std::int64_t x = -10; x <= 10; ++x)
      worst = std::max(worst,
                       std::abs(static_cast<double>(d.values(a + z, a, a + x)) * 3 / (8 * scale) -
                                ball.values(b + z, b, b + x)));
  CHECK(worst < 0.2);  // of 3 V
  CHECK_THROWS_WITH(map_density(map.view(), map_voxel, 100.0, 3, at(voxel)),
                    DFE_CONTAINS("threshold"));
  CHECK_THROWS_WITH(map_density(map.view(), 0, {}, 3, at(voxel)), DFE_CONTAINS("voxel size"));
}
