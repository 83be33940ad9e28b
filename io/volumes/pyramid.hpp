// SPDX-License-Identifier: Apache-2.0
// Levels of half the resolution for viewers. A block of two voxels along each axis becomes one;
// along an axis of one voxel, and at the end of an odd one, there is only one to take.
#pragma once

#include <cstdint>

#include "dfengine/volume.hpp"

namespace dfe::io {

/// Half of an extent, rounded up.
Extent3 halved(const Extent3& extent);

/// Means of the blocks, added in double in (z, y, x) order.
Volume<float> halved(VolumeView<const float> volume);

/// The label that most voxels of the block have; of two with as many the larger, so that thin
/// objects stay.
Volume<std::uint8_t> halved(VolumeView<const std::uint8_t> labels);

}  // namespace dfe::io
