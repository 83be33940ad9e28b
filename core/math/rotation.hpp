// SPDX-License-Identifier: Apache-2.0
// Rotation matrices: the one place where they are made, joined, inverted and applied. A `Rotation`
// acts on (x, y, z) columns, while a `Point3` lists z first: nobody else need know which element is
// which. Euler angles with the conventions of file formats: io/lists/euler.hpp.
#pragma once

#include "dfengine/particle.hpp"

namespace dfe::math {

/// Right-handed turns about one axis, in degrees: by 90°, x goes to y (about z), z to x (about y),
/// y to z (about x).
Rotation about_z(double degrees);
Rotation about_y(double degrees);
Rotation about_x(double degrees);

/// One of all rotations, from three numbers in [0, 1); uniform where these are. Source: Shoemake,
/// "Uniform random rotations", Graphics Gems III.
Rotation random_rotation(double u1, double u2, double u3);

/// A rotation that turns the z axis onto the unit vector `normal`, after a turn by `spin_deg` about
/// z.
Rotation rotation_to(const Point3& normal, double spin_deg);

/// The rotation back.
Rotation transpose(const Rotation& r);

/// a · b: first `b`, then `a`.
Rotation multiply(const Rotation& a, const Rotation& b);

/// r · v.
inline Point3 rotate(const Rotation& r, const Point3& v) {
  return {r[6] * v.x + r[7] * v.y + r[8] * v.z, r[3] * v.x + r[4] * v.y + r[5] * v.z,
          r[0] * v.x + r[1] * v.y + r[2] * v.z};
}

/// rᵀ · v: undoes `rotate`.
inline Point3 rotate_back(const Rotation& r, const Point3& v) {
  return {r[2] * v.x + r[5] * v.y + r[8] * v.z, r[1] * v.x + r[4] * v.y + r[7] * v.z,
          r[0] * v.x + r[3] * v.y + r[6] * v.z};
}

}  // namespace dfe::math
