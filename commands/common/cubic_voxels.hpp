// SPDX-License-Identifier: Apache-2.0
// The check of commands that run the network: it knows particles of one size in voxels, in any
// orientation, so it needs cubic voxels.
#pragma once

#include <string>
#include <string_view>

#include "dfengine/geometry.hpp"

namespace dfe {

/// Throws `Error` with the three edges where the voxels of a tomogram are not cubic; `remedy` is
/// what the command offers.
void check_cubic_voxels(std::string_view area, const std::string& tomogram,
                        const VoxelSize& voxel_size, const std::string& remedy);

}  // namespace dfe
