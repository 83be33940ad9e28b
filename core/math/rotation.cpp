// SPDX-License-Identifier: Apache-2.0
// Closed forms; degrees in, radians inside.
#include "core/math/rotation.hpp"

#include <cmath>
#include <numbers>

namespace dfe::math {

namespace {

constexpr double kDegree = 0.017453292519943295769;

}  // namespace

Rotation about_z(double degrees) {
  const double c = std::cos(degrees * kDegree), s = std::sin(degrees * kDegree);
  return {c, -s, 0, s, c, 0, 0, 0, 1};
}

Rotation about_y(double degrees) {
  const double c = std::cos(degrees * kDegree), s = std::sin(degrees * kDegree);
  return {c, 0, s, 0, 1, 0, -s, 0, c};
}

Rotation about_x(double degrees) {
  const double c = std::cos(degrees * kDegree), s = std::sin(degrees * kDegree);
  return {1, 0, 0, 0, c, -s, 0, s, c};
}

Rotation random_rotation(double u1, double u2, double u3) {
  const double a = std::sqrt(1 - u1), b = std::sqrt(u1), s = 2 * std::numbers::pi * u2,
               t = 2 * std::numbers::pi * u3;
  // A unit quaternion.
  const double x = a * std::sin(s), y = a * std::cos(s), z = b * std::sin(t), w = b * std::cos(t);
  return {1 - 2 * (y * y + z * z), 2 * (x * y - z * w),     2 * (x * z + y * w),  //
          2 * (x * y + z * w),     1 - 2 * (x * x + z * z), 2 * (y * z - x * w),  //
          2 * (x * z - y * w),     2 * (y * z + x * w),     1 - 2 * (x * x + y * y)};
}

Rotation rotation_to(const Point3& normal, double spin_deg) {
  const double angle = spin_deg * std::numbers::pi / 180;
  // Two vectors across the normal, from the axis that is farthest from it.
  Point3 a = std::abs(normal.x) < 0.6 ? Point3{0, 0, 1} : Point3{0, 1, 0};  // x or y axis
  const double along = a.z * normal.z + a.y * normal.y + a.x * normal.x;
  a = {a.z - along * normal.z, a.y - along * normal.y, a.x - along * normal.x};
  const double length = std::sqrt(a.z * a.z + a.y * a.y + a.x * a.x);
  a = {a.z / length, a.y / length, a.x / length};
  const Point3 b{normal.x * a.y - normal.y * a.x, normal.z * a.x - normal.x * a.z,
                 normal.y * a.z - normal.z * a.y};  // normal × a
  const double c = std::cos(angle), s = std::sin(angle);
  const Point3 u{c * a.z + s * b.z, c * a.y + s * b.y, c * a.x + s * b.x},
      v{c * b.z - s * a.z, c * b.y - s * a.y, c * b.x - s * a.x};
  return {u.x, v.x, normal.x, u.y, v.y, normal.y, u.z, v.z, normal.z};
}

Rotation transpose(const Rotation& r) {
  return {r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]};
}

Rotation multiply(const Rotation& a, const Rotation& b) {
  Rotation product{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) product[3 * i + j] += a[3 * i + k] * b[3 * k + j];
  return product;
}

}  // namespace dfe::math
