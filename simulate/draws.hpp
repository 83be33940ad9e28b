// SPDX-License-Identifier: Apache-2.0
// Random quantities of a simulation. What is drawn for an object or an image depends on the seed,
// the purpose and its number alone.
#pragma once

#include <cmath>
#include <numbers>

#include "core/philox.hpp"
#include "dfengine/particle.hpp"

namespace dfe::simulate {

/// What a number is drawn for.
enum Purpose : std::uint32_t {
  kOrientation = 101,
  kPlace = 102,
  kMembrane = 103,
  kAlignment = 104,
  kDefocus = 105,
  kNoiseBefore = 106,
  kNoiseAfter = 107,
};

/// Four uniform numbers in [0, 1), 32 bits each.
inline std::array<double, 4> uniforms(const Philox& random, std::uint32_t step,
                                      std::uint64_t index) {
  const auto words = random.at(step, index);
  return {words[0] * 0x1p-32, words[1] * 0x1p-32, words[2] * 0x1p-32, words[3] * 0x1p-32};
}

/// Uniform over all rotations, from three uniform numbers. Source: Shoemake, "Uniform random
/// rotations", Graphics Gems III.
inline Rotation random_rotation(double u1, double u2, double u3) {
  const double a = std::sqrt(1 - u1), b = std::sqrt(u1), s = 2 * std::numbers::pi * u2,
               t = 2 * std::numbers::pi * u3;
  const double x = a * std::sin(s), y = a * std::cos(s), z = b * std::sin(t), w = b * std::cos(t);
  return {1 - 2 * (y * y + z * z), 2 * (x * y - z * w),     2 * (x * z + y * w),  //
          2 * (x * y + z * w),     1 - 2 * (x * x + z * z), 2 * (y * z - x * w),  //
          2 * (x * z - y * w),     2 * (y * z + x * w),     1 - 2 * (x * x + y * y)};
}

/// A rotation that turns the z axis onto the unit vector `normal`, after a turn by `spin_deg` about
/// z.
inline Rotation rotation_to(const Point3& normal, double spin_deg) {
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

}  // namespace dfe::simulate
