// SPDX-License-Identifier: Apache-2.0
// The voxel size in force: what the file says, unless it says nothing or the user knows better.
// Units are never guessed.
#pragma once

#include <string>

#include "dfengine/geometry.hpp"
#include "io/volume.hpp"

namespace dfe::io {

/// Puts the user's voxel size in place of the file's, turns 0 and 1 Å into "unknown", and warns of
/// that and of sizes that are hardly a tomogram's (below 0.5 or above 100 Å). Throws a usage
/// `Error` where the user's is not positive.
void settle_voxel_size(VolumeInfo& info, const VolumeReadOptions& options);

/// A number without trailing zeros, for messages.
std::string number_text(double value);

}  // namespace dfe::io
