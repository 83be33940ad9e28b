// SPDX-License-Identifier: Apache-2.0
// Matrices from angles and back. Closed forms; near tilt 0 and 180, where only the sum or
// difference of the outer angles is defined, the last one is set to 0.
#include "io/lists/euler.hpp"

#include <cmath>

#include "core/math/rotation.hpp"

namespace dfe::io::lists {

namespace {

constexpr double kDegree = 0.017453292519943295769;
constexpr double kDegenerate =
    1e-7;  // sine of the tilt below which the outer angles cannot be told apart

double degrees(double y, double x) {
  const double angle = std::atan2(y, x) / kDegree;
  return angle <= -180 ? 180 : angle + 0.0;  // + 0.0 turns -0 into 0
}

}  // namespace

Rotation from_zxz(const ZxzAngles& a) {
  return math::multiply(math::about_z(a.psi),
                        math::multiply(math::about_x(a.the), math::about_z(a.phi)));
}

Rotation from_zyz(const ZyzAngles& a) {
  return math::transpose(math::multiply(
      math::about_z(a.rot), math::multiply(math::about_y(a.tilt), math::about_z(a.psi))));
}

ZxzAngles to_zxz(const Rotation& m) {
  const double sine = std::hypot(m[2], m[5]);
  ZxzAngles a;
  a.the = degrees(sine, m[8]);
  if (sine > kDegenerate) {
    const double cosine = m[7] / std::hypot(m[6], m[7]), s = m[6] / std::hypot(m[6], m[7]);
    a.phi = degrees(m[6], m[7]);
    a.psi = degrees(m[3] * cosine - m[4] * s, m[0] * cosine - m[1] * s);
  } else {
    a.the = m[8] > 0 ? 0 : 180;
    a.phi = degrees(m[8] > 0 ? m[3] : -m[3], m[0]);
  }
  return a;
}

ZyzAngles to_zyz(const Rotation& rotation) {
  const Rotation m = math::transpose(rotation);
  const double sine = std::hypot(m[2], m[5]);
  ZyzAngles a;
  a.tilt = degrees(sine, m[8]);
  if (sine > kDegenerate) {
    const double cosine = m[2] / sine, s = m[5] / sine;
    a.rot = degrees(m[5], m[2]);
    a.psi = degrees(m[3] * cosine - m[0] * s, m[4] * cosine - m[1] * s);
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
