// SPDX-License-Identifier: Apache-2.0
// Voxel sizes and lengths along the axes: as text, compared, and the rule for formats that have
// room for one voxel size.
#pragma once

#include <string>
#include <string_view>

#include "dfengine/geometry.hpp"

namespace dfe {

/// "10 Å", "30 x 10 x 10 Å (z, y, x)" if the edges differ by more than 0.1 %, or "unknown".
std::string voxel_size_text(const VoxelSize& voxel_size);

/// "6 voxels", or "2 x 6 x 6 voxels (z, y, x)" if the lengths differ.
std::string lengths_text(const Point3& lengths_voxels);

/// Whether two known voxel sizes agree along each axis, up to `share` of `b`. Beyond 1 % two
/// statements about one tomogram contradict each other.
bool same_voxel_size(const VoxelSize& a, const VoxelSize& b, double share = 0.01);

/// Throws a usage `Error`, with `area` and `file`, if the voxels are not cubic: `format` is a list
/// format with one voxel size for all axes, in which particles would be at wrong places along at
/// least one axis.
void refuse_uneven_voxels(const VoxelSize& voxel_size, std::string_view format,
                          std::string_view area, std::string_view file);

}  // namespace dfe
