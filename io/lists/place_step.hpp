// SPDX-License-Identifier: Apache-2.0
// The map from a list's numbers to voxels, which is one for all particles of a tomogram.
#pragma once

#include "dfengine/extent.hpp"

namespace dfe::io::lists {

/// How a tomogram's positions become voxels: x = scale·u + offset, per axis.
struct Step {
  Point3 scale{1, 1, 1}, offset;

  Point3 operator()(const Point3& u) const {
    return {scale.z * u.z + offset.z, scale.y * u.y + offset.y, scale.x * u.x + offset.x};
  }
};

/// From pixels to voxels of b pixels (core/binning.hpp).
inline Step step_of_binning(double b) {
  const double s = 1 / b, o = -(b - 1) / (2 * b);
  return {{s, s, s}, {o, o, o}};
}

}  // namespace dfe::io::lists
