// SPDX-License-Identifier: Apache-2.0
// Euler angles of the list formats. Only here do they exist, with their conventions: inside the
// library an orientation is the matrix that turns the reference onto the particle
// (core/math/rotation.hpp).
#pragma once

#include "dfengine/particle.hpp"

namespace dfe::io::lists {

/// Three angles in degrees.
struct ZxzAngles {
  double phi = 0, psi = 0, the = 0;
};
struct ZyzAngles {
  double rot = 0, tilt = 0, psi = 0;
};

/// DeepFinder, PyTom, TOM: R = Rz(psi) · Rx(the) · Rz(phi), phi applied first, right-handed.
Rotation from_zxz(const ZxzAngles& angles);

/// RELION: R = (Rz(rot) · Ry(tilt) · Rz(psi))ᵀ. The matrix is that of RELION's Euler_angles2matrix,
/// which "maps coordinates from particle space to tomogram space".
Rotation from_zyz(const ZyzAngles& angles);

/// The angles of a rotation matrix: the in [0, 180], the others in (-180, 180]; psi is 0 where
/// `the` is 0 or 180.
ZxzAngles to_zxz(const Rotation& rotation);

/// The angles of a rotation matrix: tilt in [0, 180], the others in (-180, 180]; psi is 0 where
/// tilt is 0 or 180.
ZyzAngles to_zyz(const Rotation& rotation);

}  // namespace dfe::io::lists
