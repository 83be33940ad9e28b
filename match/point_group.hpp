// SPDX-License-Identifier: Apache-2.0
// Point groups of templates: which rotations leave the template as it is.
#pragma once

#include <string>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe::match {

/// All rotations of a point group, the identity first. Axes are RELION's: `C4` has its axis along
/// z; `D4` another of order 2 along x; `T` order 3 along z; `O` order 4 along z; `I` or `I2` has
/// axes of order 2 along x, y and z and one of order 5 in the plane of x and z; `I1` the same
/// turned by 90 degrees; `I3` and `I4` as RELION has them. Lower-case letters are taken too. Throws
/// a usage `Error` for other names.
std::vector<Rotation> point_group(const std::string& name);

}  // namespace dfe::match
