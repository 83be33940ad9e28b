// SPDX-License-Identifier: Apache-2.0
// One place in two grids of a tomogram, the finer of which has b voxels for each of the coarser
// along an edge. Both have the same outer faces, so voxel x of the coarser one, the mean of b³, has
// its centre at b·x + (b - 1)/2 of the finer.
#pragma once

#include "dfengine/extent.hpp"

namespace dfe {

/// From the coarser grid to the finer.
constexpr Point3 to_unbinned(const Point3& voxels, double b) {
  const double shift = (b - 1) / 2;
  return {b * voxels.z + shift, b * voxels.y + shift, b * voxels.x + shift};
}

/// From the finer grid to the coarser.
constexpr Point3 to_binned(const Point3& voxels, double b) {
  const double shift = (b - 1) / 2;
  return {(voxels.z - shift) / b, (voxels.y - shift) / b, (voxels.x - shift) / b};
}

}  // namespace dfe
