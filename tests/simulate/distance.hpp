// SPDX-License-Identifier: Apache-2.0
// Distance of a voxel from a point, in voxels.
#pragma once

#include <cmath>

#include "dfengine/extent.hpp"

namespace dfe::test {

inline double distance(std::int64_t z, std::int64_t y, std::int64_t x, const Point3& p) {
  return std::hypot(static_cast<double>(z) - p.z, static_cast<double>(y) - p.y,
                    static_cast<double>(x) - p.x);
}

}  // namespace dfe::test
