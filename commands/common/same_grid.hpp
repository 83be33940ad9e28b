// SPDX-License-Identifier: Apache-2.0
// Volumes that are used together voxel by voxel must be of one tomogram and have its voxels.
#pragma once

#include <string>
#include <string_view>

#include "dfengine/geometry.hpp"

namespace dfe {

/// Throws a usage `Error` where both voxel sizes are known and differ by more than 1 %. `other`
/// is what the user calls the second one: "'tomo.mrc'", "the tomogram".
void check_same_voxels(std::string_view area, const std::string& file, const VoxelSize& voxel_size,
                       const std::string& other, const VoxelSize& other_size);

/// Throws a usage `Error` where both files are called after a tomogram, with what dfengine and
/// other programs add to its name, and these are two tomograms. Other names say nothing.
void check_same_tomogram(std::string_view area, const std::string& file, const std::string& other);

}  // namespace dfe
