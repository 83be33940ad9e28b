// SPDX-License-Identifier: Apache-2.0
// Templates from densities of the simulation, by closed forms.
#include "match/object_template.hpp"

#include <cmath>
#include <numbers>

#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

ObjectDensity shape(const char* name, const std::array<double, 3>& size, double voxel,
                    double resolution = 0) {
  DensityOptions options;
  options.voxel_size_angstrom = voxel;
  options.resolution_angstrom = resolution;
  return shape_density(name, size, options);
}

double sum_of(const Volume<float>& v) {
  double sum = 0;
  for (const float x : v.span()) sum += static_cast<double>(x);
  return sum;
}

TEST_CASE("a template has the object's integral, the contrast asked for and its centre") {
  const double voxel = 10, volume = 4.0 / 3 * std::numbers::pi * std::pow(100.0, 3);
  const ObjectDensity sphere = shape("sphere", {200, 1, 1}, voxel);
  // Voxels whose centres are within 10: the mask is where the density is above 30 %, so a little
  // larger than the sphere.
  CHECK(object_radius_voxels(sphere) == Approx(10.75).margin(0.75));
  for (const std::int64_t size : {0, 40, 41}) {
    CAPTURE(size);
    ObjectTemplateOptions options;
    options.box = size;
    const MatchTemplate dark = object_template(sphere, options);
    options.contrast = Contrast::Bright;
    const MatchTemplate bright = object_template(sphere, options);
    const Extent3 box = dark.density.extent();
    CHECK(box == Extent3{size > 0 ? size : 48, size > 0 ? size : 48, size > 0 ? size : 48});
    CHECK(sum_of(bright.density) * std::pow(voxel, 3) == Approx(3 * volume).epsilon(0.005));
    CHECK(sum_of(dark.density) == Approx(-sum_of(bright.density)));
    const TemplateBody body = template_body(dark.density.view(), dark.mask.view());
    CHECK(body.contrast == Contrast::Dark);
    CHECK(body.radius_voxels == Approx(10).epsilon(0.02));
    // The same on both sides of voxel floor(n / 2).
    const std::int64_t c = box.x / 2;
    for (std::int64_t d = 1; d < 12; ++d)
      CHECK(dark.density(c - d, c, c) == Approx(dark.density(c + d, c, c)).margin(1e-4));
    CHECK(is_spherical(dark.mask.view()));
    check_template(dark);
  }
}

TEST_CASE("a template keeps the axes of its object") {
  const MatchTemplate t = object_template(shape("ellipsoid", {240, 160, 80}, 8), {});
  const std::int64_t c = t.density.extent().x / 2;
  const auto dense = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return t.density(c + z, c + y, c + x) < -1.5F;
  };
  CHECK(dense(13, 0, 0));
  CHECK(!dense(0, 13, 0));
  CHECK(dense(0, 8, 0));
  CHECK(!dense(0, 0, 8));
}

TEST_CASE("a resolution takes away what is finer, and nothing folds back at Nyquist") {
  // A sum over phases (-1)^(z + y + x) is the coefficient at the corner of the spectrum.
  const auto checkered = [](const Volume<float>& v) {
    double sum = 0;
    const Extent3 n = v.extent();
    for (std::int64_t z = 0; z < n.z; ++z)
      for (std::int64_t y = 0; y < n.y; ++y)
        for (std::int64_t x = 0; x < n.x; ++x)
          sum += ((z + y + x) % 2 == 0 ? 1 : -1) * static_cast<double>(v(z, y, x));
    return sum;
  };
  const MatchTemplate sharp = object_template(shape("groel", {}, 10), {});
  CHECK(std::abs(checkered(sharp.density)) < 1e-3 * std::abs(sum_of(sharp.density)));
  const MatchTemplate blurred = object_template(shape("groel", {}, 10, 80), {});
  const auto steepest = [](const Volume<float>& v) {
    const std::int64_t c = v.extent().x / 2;
    float most = 0;
    for (std::int64_t x = 1; x < v.extent().x; ++x)
      most = std::max(most, std::abs(v(c, c, x) - v(c, c, x - 1)));
    return most;
  };
  CHECK(steepest(blurred.density) < 0.5F * steepest(sharp.density));
  CHECK(sum_of(blurred.density) == Approx(sum_of(sharp.density)).epsilon(0.01));
}

TEST_CASE("boxes and masks that do not go together are refused") {
  const ObjectDensity sphere = shape("sphere", {200, 1, 1}, 10);
  ObjectTemplateOptions options;
  options.box = 20;
  CHECK_THROWS_WITH(object_template(sphere, options), DFE_CONTAINS("do not fit into a box of 20"));
  options.box = 4000;
  CHECK_THROWS_WITH(object_template(sphere, options), DFE_CONTAINS("at most 1024"));
  options = {};
  options.contrast = Contrast::Unclear;
  CHECK_THROWS_WITH(object_template(sphere, options), DFE_CONTAINS("contrast"));
}

}  // namespace
}  // namespace dfe::match
