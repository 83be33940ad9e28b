// SPDX-License-Identifier: Apache-2.0
// A tomogram as the engine gets it, and the memory that is left for its work.
#pragma once

#include <string>

#include "dfengine/match.hpp"
#include "dfengine/volume_source.hpp"

namespace dfe {

/// Throws `Error` for voxels that are not cubic, or unknown where the request needs them.
void check_voxels(const MatchRequest& request, const std::string& tomogram,
                  const VoxelSize& voxel_size);

/// Bytes that are left for the engine next to tomogram, masks and results; 0: no limit. `several`:
/// templates or decoys that compete. Throws `Error` where nothing is left.
std::int64_t memory_for(const MatchRequest& request, bool several, const Extent3& n,
                        std::int64_t resident);

/// Filtered. Voxels that are not valid get the mean of the others, or a filter would spread them;
/// `valid` may be empty. Throws `Error` for voxels that no filter can take.
Volume<float> read_tomogram(const MatchRequest& request, const VolumeSource& source,
                            const Volume<std::uint8_t>& valid);

}  // namespace dfe
