// SPDX-License-Identifier: Apache-2.0
// Rotations: which axis turns which way, products and inverses on whole numbers, and what random
// ones are like.
#include "core/math/rotation.hpp"

#include <cmath>

#include "core/philox.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::math;

namespace {

constexpr Point3 kX{0, 0, 1}, kY{0, 1, 0}, kZ{1, 0, 0};

void check_point(const Point3& p, const Point3& expected) {
  CHECK(p.z == Approx(expected.z).margin(1e-12));
  CHECK(p.y == Approx(expected.y).margin(1e-12));
  CHECK(p.x == Approx(expected.x).margin(1e-12));
}

/// Rᵀ R = 1 and det R = 1.
void check_rotation(const Rotation& r) {
  const Rotation square = multiply(transpose(r), r);
  for (std::size_t i = 0; i < 9; ++i)
    REQUIRE(square[i] == Approx(i % 4 == 0 ? 1 : 0).margin(1e-12));
  const double det = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
                     r[2] * (r[3] * r[7] - r[4] * r[6]);
  REQUIRE(det == Approx(1));
}

std::array<double, 4> uniforms(std::uint64_t index) {
  const auto words = Philox(3, RandomPurpose{1}).at(0, index);
  return {words[0] * 0x1p-32, words[1] * 0x1p-32, words[2] * 0x1p-32, words[3] * 0x1p-32};
}

}  // namespace

TEST_CASE("x turns to y about z, z to x about y, y to z about x") {
  const double s = 0.5, c = std::sqrt(3) / 2;
  check_point(rotate(about_z(30), kX), {0, s, c});
  check_point(rotate(about_y(30), kZ), {c, 0, s});
  check_point(rotate(about_x(30), kY), {s, c, 0});
  check_point(rotate(about_z(77), kZ), kZ);
  check_point(rotate(about_y(77), kY), kY);
  check_point(rotate(about_x(77), kX), kX);
}

TEST_CASE("a product applies its second factor first, and the transpose leads back") {
  // Whole numbers, not rotations: equal to the last bit, and no element can hide behind another.
  const Rotation a{1, 2, 3, 4, 5, 6, 7, 8, 10}, b{2, -1, 0, 3, 5, -2, 4, 1, 6};
  CHECK(multiply(a, b) == Rotation{20, 12, 14, 47, 27, 26, 78, 43, 44});
  CHECK(transpose(a) == Rotation{1, 4, 7, 2, 5, 8, 3, 6, 10});
  const Point3 v{5, -3, 2};  // x = 2, y = -3, z = 5
  CHECK(rotate(a, v) == Point3{40, 23, 11});
  CHECK(rotate_back(a, v) == Point3{38, 29, 25});
  CHECK(rotate_back(a, v) == rotate(transpose(a), v));
  CHECK(rotate(multiply(a, b), v) == rotate(a, rotate(b, v)));
}

TEST_CASE("random rotations are uniform over all rotations") {
  // For uniform rotations the mean of every matrix element is 0 and of its square 1/3.
  std::array<double, 9> mean{}, square{};
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const auto u = uniforms(static_cast<std::uint64_t>(i));
    const Rotation r = random_rotation(u[0], u[1], u[2]);
    for (std::size_t k = 0; k < 9; ++k) mean[k] += r[k] / kCount, square[k] += r[k] * r[k] / kCount;
    check_rotation(r);
  }
  for (std::size_t k = 0; k < 9; ++k) {
    CHECK(std::abs(mean[k]) < 4 * std::sqrt(1.0 / 3 / kCount));
    CHECK(square[k] == Approx(1.0 / 3).margin(4 * std::sqrt(4.0 / 45 / kCount)));
  }
}

TEST_CASE("a rotation onto a normal turns z there, whatever the spin") {
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto u = uniforms(i);
    const Point3 normal = rotate(random_rotation(u[0], u[1], u[2]), kZ);
    const Rotation r = rotation_to(normal, 360 * u[3]);
    check_rotation(r);
    check_point(rotate(r, kZ), normal);
    // The spin comes first, about z.
    const Rotation spun = multiply(rotation_to(normal, 0), about_z(360 * u[3]));
    for (std::size_t k = 0; k < 9; ++k) CHECK(r[k] == Approx(spun[k]).margin(1e-12));
  }
}
