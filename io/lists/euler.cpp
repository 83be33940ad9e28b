// SPDX-License-Identifier: Apache-2.0
// Matrices from angles and back. Closed forms; near tilt 0 and 180, where only the sum or
// difference of the outer angles is defined, the last one is set to 0.
#include "io/lists/euler.hpp"

#include <cmath>

namespace dfe::io::lists {

namespace {

constexpr double kDegree = 0.017453292519943295769;
constexpr double kDegenerate =
    1e-7;  // sine of the tilt below which the outer angles cannot be told apart

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

Rotation transpose(const Rotation& r) {
  return {r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]};
}

double degrees(double y, double x) {
  const double angle = std::atan2(y, x) / kDegree;
  return angle <= -180 ? 180 : angle + 0.0;  // + 0.0 turns -0 into 0
}

}  // namespace

Rotation multiply(const Rotation& a, const Rotation& b) {
  Rotation product{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) product[3 * i + j] += a[3 * i + k] * b[3 * k + j];
  return product;
}

Point3 rotate(const Rotation& r, const Point3& v) {
  return {r[6] * v.x + r[7] * v.y + r[8] * v.z, r[3] * v.x + r[4] * v.y + r[5] * v.z,
          r[0] * v.x + r[1] * v.y + r[2] * v.z};
}

Rotation from_zxz(const ZxzAngles& a) {
  return multiply(about_z(a.psi), multiply(about_x(a.the), about_z(a.phi)));
}

Rotation from_zyz(const ZyzAngles& a) {
  return transpose(multiply(about_z(a.rot), multiply(about_y(a.tilt), about_z(a.psi))));
}

ZxzAngles to_zxz(const Rotation& m) {
  const double sine = std::hypot(m[2], m[5]);
  ZxzAngles a;
  a.the = degrees(sine, m[8]);
  if (sine > kDegenerate) {
    a.psi = degrees(m[2], -m[5]);
    a.phi = degrees(m[6], m[7]);
  } else {
    a.the = m[8] > 0 ? 0 : 180;
    a.phi = degrees(m[8] > 0 ? m[3] : -m[3], m[0]);
  }
  return a;
}

ZyzAngles to_zyz(const Rotation& rotation) {
  const Rotation m = transpose(rotation);
  const double sine = std::hypot(m[2], m[5]);
  ZyzAngles a;
  a.tilt = degrees(sine, m[8]);
  if (sine > kDegenerate) {
    a.rot = degrees(m[5], m[2]);
    a.psi = degrees(m[7], -m[6]);
  } else if (m[8] > 0) {
    a.tilt = 0;
    a.rot = degrees(m[3], m[0]);
  } else {
    a.tilt = 180;
    a.rot = degrees(-m[3], -m[0]);
  }
  return a;
}

}  // namespace dfe::io::lists
