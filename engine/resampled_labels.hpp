// SPDX-License-Identifier: Apache-2.0
// A label map on a finer or coarser grid with the same outer faces, as `segment --rescale` needs it
// to carry labels back to the tomogram's own voxels. Labels cannot be interpolated, so the voxels
// around a position vote.
#pragma once

#include <cstdint>

#include "dfengine/volume.hpp"

namespace dfe {

/// Labels on the grid of `extent`. Around the centre of each new voxel the old ones vote with the
/// weights of linear interpolation (a triangle as wide as the larger of the two voxels, along each
/// axis), and the label with most votes wins. Of equals the lowest label above 0 wins: ties depend
/// on labels and never on a direction, so nothing is shifted, and a mirrored map gives the mirrored
/// result, voxel by voxel. Votes are whole numbers: ties are exact. Cost: about 8 steps per row and
/// voxel of the larger map; more only where labels meet.
Volume<std::uint8_t> resample_labels(const Volume<std::uint8_t>& labels, const Extent3& extent);

}  // namespace dfe
