// SPDX-License-Identifier: Apache-2.0
// Distances on voxels that need not be cubic. The unit is the edge of a voxel along x: rows are
// along x, so the loops over their voxels are the same for every shape of voxel.
#pragma once

#include "dfengine/geometry.hpp"

namespace dfe {

/// Edges of a voxel along z and y, in edges along x. Cubic voxels have ones, which change no bit of
/// a product or quotient.
struct VoxelEdges {
  double z = 1, y = 1;
};

/// Of a sphere in the specimen that has these radii in voxels.
inline VoxelEdges edges_of(const Point3& radii_voxels) {
  if (radii_voxels.z == radii_voxels.x && radii_voxels.y == radii_voxels.x) return {};
  return {radii_voxels.x / radii_voxels.z, radii_voxels.x / radii_voxels.y};
}

/// Ones where the voxels are cubic or their size is unknown.
inline VoxelEdges edges_of(const VoxelSize& voxel) {
  if (!voxel.is_anisotropic()) return {};
  return {voxel.z_angstrom / voxel.x_angstrom, voxel.y_angstrom / voxel.x_angstrom};
}

}  // namespace dfe
