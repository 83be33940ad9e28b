// SPDX-License-Identifier: Apache-2.0
// Voxel sizes and lengths along the axes as text, and the rule for formats that have room for one
// voxel size.
#pragma once

#include <string>
#include <string_view>

#include "dfengine/geometry.hpp"

namespace dfe {

/// "10 Å", "30 x 10 x 10 Å (z, y, x)" if the edges differ by more than 0.1 %, or "unknown".
std::string voxel_size_text(const VoxelSize& voxel_size);

/// "6 voxels", or "2 x 6 x 6 voxels (z, y, x)" if the lengths differ.
std::string lengths_text(const Point3& lengths_voxels);

/// The voxel size in Å for a list format that has one number for all axes, 0 if unknown. Throws
/// `Error`, with `area` and `file`, if the voxels are not cubic: in such a list particles would be
/// at wrong places along at least one axis.
double single_voxel_size(const VoxelSize& voxel_size, std::string_view area, std::string_view file);

}  // namespace dfe
