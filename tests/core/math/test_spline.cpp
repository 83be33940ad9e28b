// SPDX-License-Identifier: Apache-2.0
// Rotated patches against functions whose values are known anywhere.
#include "core/math/spline.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/math/rotation.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::math;

namespace {

/// A turn about x, then y, then z.
Rotation turned(double z_deg, double y_deg, double x_deg) {
  return multiply(multiply(about_z(z_deg), about_y(y_deg)), about_x(x_deg));
}

Volume<float> sample(const Box3& box, double (*f)(double, double, double)) {
  Volume<float> volume(box.extent);
  for (std::int64_t z = 0; z < box.extent.z; ++z)
    for (std::int64_t y = 0; y < box.extent.y; ++y)
      for (std::int64_t x = 0; x < box.extent.x; ++x)
        volume(z, y, x) = static_cast<float>(f(static_cast<double>(box.begin.z + z),
                                               static_cast<double>(box.begin.y + y),
                                               static_cast<double>(box.begin.x + x)));
  return volume;
}

/// Largest difference between the rotated patch and `f` at the rotated places.
double worst_error(const Box3& patch, const Rotation& r, double (*f)(double, double, double),
                   std::int64_t more) {
  Box3 block = rotation_block(patch, r);
  block.begin = {block.begin.z - more, block.begin.y - more, block.begin.x - more};
  block.extent = {block.extent.z + 2 * more, block.extent.y + 2 * more, block.extent.x + 2 * more};
  Volume<float> values = sample(block, f);
  spline_coefficients(values.view());
  Volume<float> out(patch.extent);
  rotate_values(patch, r, block, values.data(), out.data());
  const auto middle = [](std::int64_t begin, std::int64_t n) {
    return static_cast<double>(begin) + static_cast<double>(n - 1) / 2;
  };
  const Point3 c{middle(patch.begin.z, patch.extent.z), middle(patch.begin.y, patch.extent.y),
                 middle(patch.begin.x, patch.extent.x)};
  double worst = 0;
  for (std::int64_t z = 0; z < patch.extent.z; ++z)
    for (std::int64_t y = 0; y < patch.extent.y; ++y)
      for (std::int64_t x = 0; x < patch.extent.x; ++x) {
        const Point3 d = rotate(r, {static_cast<double>(patch.begin.z + z) - c.z,
                                    static_cast<double>(patch.begin.y + y) - c.y,
                                    static_cast<double>(patch.begin.x + x) - c.x});
        const double expected = f(c.z + d.z, c.y + d.y, c.x + d.x);
        worst = std::max(worst, std::abs(static_cast<double>(out(z, y, x)) - expected));
      }
  return worst;
}

double cubic(double z, double y, double x) {
  const double u = (z - 20) / 20, v = (y - 30) / 20, w = (x - 10) / 20;
  return u * u * u - 2 * v * v * v + w * w * w + u * v * w - 3 * u * v + w - 0.5;
}

/// Three of different size, so that no turn leaves it as it is.
double blobs(double z, double y, double x) {
  const auto blob = [&](double a, double b, double c, double s) {
    return std::exp(-((z - a) * (z - a) + (y - b) * (y - b) + (x - c) * (x - c)) / (2 * s * s));
  };
  return blob(20, 30, 10, 3) + 2 * blob(25, 30, 14, 2) - blob(18, 24, 8, 2.5);
}

}  // namespace

TEST_CASE("spline coefficients are those of scipy") {
  Volume<float> volume({5, 6, 7});
  for (int i = 0; i < 210; ++i) volume.data()[i] = static_cast<float>(i * 37 % 11);
  spline_coefficients(volume.view());  // scipy.ndimage.spline_filter(order=3, mode='mirror')
  CHECK(volume(0, 0, 0) == Approx(5.86422908).margin(1e-4));
  CHECK(volume(2, 3, 4) == Approx(34.34026653).margin(1e-4));
  CHECK(volume(4, 5, 6) == Approx(-48.14479709).margin(1e-4));
  CHECK(volume(1, 0, 6) == Approx(41.15417631).margin(1e-4));
}

TEST_CASE("rotation reproduces cubic polynomials") {
  const Box3 patch{{8, 16, -4}, {24, 28, 20}};
  CHECK(worst_error(patch, turned(0, 0, 0), cubic, 10) < 2e-5);
  CHECK(worst_error(patch, turned(35, 12, -12), cubic, 10) < 2e-5);
  CHECK(worst_error(patch, turned(-20, 3, 7), cubic, 10) < 2e-5);
}

TEST_CASE("rotation of blobs is that of the blobs themselves, with the block as it is read") {
  const Box3 patch{{8, 16, -4}, {24, 28, 28}};
  CHECK(worst_error(patch, turned(35, 12, 12), blobs, 0) <
        4e-3);  // the spline's own error at a sigma of two voxels
  CHECK(worst_error(patch, turned(-35, -12, 12), blobs, 0) < 4e-3);
}

TEST_CASE("rotating there and back gives the patch again") {
  const Rotation r = turned(30, -10, 8), back = transpose(r);
  const Box3 inner{{8, 16, -4}, {24, 28, 28}}, middle = rotation_block(inner, back),
                                               outer = rotation_block(middle, r);
  Volume<float> values = sample(outer, blobs);
  spline_coefficients(values.view());
  Volume<float> there(middle.extent), again(inner.extent);
  rotate_values(middle, r, outer, values.data(), there.data());
  spline_coefficients(there.view());
  rotate_values(inner, back, middle, there.data(), again.data());
  const Volume<float> expected = sample(inner, blobs);
  double worst = 0;
  for (std::int64_t i = 0; i < expected.voxels(); ++i)
    worst = std::max(worst, static_cast<double>(std::abs(again.data()[i] - expected.data()[i])));
  CHECK(worst < 8e-3);
  CHECK(worst > 1e-7);
}
