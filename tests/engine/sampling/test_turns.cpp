// SPDX-License-Identifier: Apache-2.0
// Turns of the grid against permutations written by hand, and rotations against functions whose
// values are known anywhere.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/math/spline.hpp"
#include "engine/sampling/turns.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::sampling;

namespace {

std::vector<int> turn_numbers(const GridTurn& turn, Extent3 extent) {
  std::vector<int> in(static_cast<std::size_t>(extent.voxels())), out(in.size());
  std::iota(in.begin(), in.end(), 0);
  apply(turn, extent, in.data(), out.data());
  return out;
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
  const double cz = middle(patch.begin.z, patch.extent.z),
               cy = middle(patch.begin.y, patch.extent.y),
               cx = middle(patch.begin.x, patch.extent.x);
  double worst = 0;
  for (std::int64_t z = 0; z < patch.extent.z; ++z)
    for (std::int64_t y = 0; y < patch.extent.y; ++y)
      for (std::int64_t x = 0; x < patch.extent.x; ++x) {
        const double dz = static_cast<double>(patch.begin.z + z) - cz,
                     dy = static_cast<double>(patch.begin.y + y) - cy,
                     dx = static_cast<double>(patch.begin.x + x) - cx;
        const double expected =
            f(cz + r[6] * dx + r[7] * dy + r[8] * dz, cy + r[3] * dx + r[4] * dy + r[5] * dz,
              cx + r[0] * dx + r[1] * dy + r[2] * dz);
        worst = std::max(worst, std::abs(static_cast<double>(out(z, y, x)) - expected));
      }
  return worst;
}

double cubic(double z, double y, double x) {
  const double u = (z - 20) / 20, v = (y - 30) / 20, w = (x - 10) / 20;
  return u * u * u - 2 * v * v * v + w * w * w + u * v * w - 3 * u * v + w - 0.5;
}

double blobs(double z, double y,
             double x) {  // three of different size, so that no turn leaves it as it is
  const auto blob = [&](double a, double b, double c, double s) {
    return std::exp(-((z - a) * (z - a) + (y - b) * (y - b) + (x - c) * (x - c)) / (2 * s * s));
  };
  return blob(20, 30, 10, 3) + 2 * blob(25, 30, 14, 2) - blob(18, 24, 8, 2.5);
}

}  // namespace

TEST_CASE("turns are the permutations that a hand writes down") {
  const Extent3 e{2, 2, 3};  // voxel numbers: z 6, y 3, x 1
  CHECK(turn_numbers(GridTurn{}, e) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(turn_numbers(kTurnY, e) == std::vector<int>{8, 7, 6, 11, 10, 9, 2, 1, 0, 5, 4, 3});
  CHECK(turn_numbers(kTurnZ, e) == std::vector<int>{5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6});
  CHECK(turn_numbers(kTurnX, e) == std::vector<int>{9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2});
  CHECK(turn_numbers(kMirrorZ, e) == std::vector<int>{6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5});
  CHECK(turn_numbers(kMirrorY, e) == std::vector<int>{3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8});
  CHECK(turn_numbers(kMirrorX, e) == std::vector<int>{2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9});
  // From x towards y: what lay along +x lies along +y.
  CHECK(turn_numbers(kQuarterTurn, {1, 3, 3}) == std::vector<int>{6, 3, 0, 7, 4, 1, 8, 5, 2});
  CHECK(turned(kQuarterTurn, e) == Extent3{2, 3, 2});
  CHECK(turn_numbers(kQuarterTurn, e) == std::vector<int>{3, 0, 4, 1, 5, 2, 9, 6, 10, 7, 11, 8});
}

TEST_CASE("turns form a group, and one after the other is what it says") {
  CHECK(then(kTurnZ, kTurnX) == kTurnY);
  CHECK(then(kMirrorZ, kMirrorX) == kTurnY);
  CHECK(then(kQuarterTurn, kQuarterTurn) == kTurnZ);
  CHECK(then(then(kQuarterTurn, kTurnZ), kQuarterTurn).identity());
  CHECK(then(kTurnY, kTurnY).identity());
  const Extent3 e{2, 4, 4};
  for (const GridTurn& a : {kTurnY, kQuarterTurn, kMirrorX, kTurnX})
    for (const GridTurn& b : {kQuarterTurn, kMirrorY, kTurnZ, kMirrorZ}) {
      const std::vector<int> once = turn_numbers(a, e), both = turn_numbers(then(a, b), e);
      std::vector<int> twice(once.size());
      apply(b, turned(a, e), once.data(), twice.data());
      CHECK(twice == both);
    }
}

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
  CHECK(worst_error(patch, rotation_zyx(0, 0, 0), cubic, 10) < 2e-5);
  CHECK(worst_error(patch, rotation_zyx(35, 12, -12), cubic, 10) < 2e-5);
  CHECK(worst_error(patch, rotation_zyx(-20, 3, 7), cubic, 10) < 2e-5);
}

TEST_CASE("rotation of blobs is that of the blobs themselves, with the block as it is read") {
  const Box3 patch{{8, 16, -4}, {24, 28, 28}};
  CHECK(worst_error(patch, rotation_zyx(35, 12, 12), blobs, 0) <
        4e-3);  // the spline's own error at a sigma of two voxels
  CHECK(worst_error(patch, rotation_zyx(-35, -12, 12), blobs, 0) < 4e-3);
}

TEST_CASE("rotating there and back gives the patch again") {
  const Rotation r = rotation_zyx(30, -10, 8),
                 back{r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]};
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

TEST_CASE("the matrix turns x towards y about z, z towards x about y, y towards z about x") {
  const auto column = [](const Rotation& r, std::size_t k) {
    return std::vector<double>{r[k], r[k + 3], r[k + 6]};
  };
  const double s = std::sin(0.5235987755982988), c = std::cos(0.5235987755982988);
  CHECK_THAT(column(rotation_zyx(30, 0, 0), 0),
             Catch::Matchers::Approx(std::vector<double>{c, s, 0}));
  CHECK_THAT(column(rotation_zyx(0, 30, 0), 2),
             Catch::Matchers::Approx(std::vector<double>{s, 0, c}));
  CHECK_THAT(column(rotation_zyx(0, 0, 30), 1),
             Catch::Matchers::Approx(std::vector<double>{0, c, s}));
}
