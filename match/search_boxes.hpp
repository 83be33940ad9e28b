// SPDX-License-Identifier: Apache-2.0
// Where a search mask lets work be saved: boxes that together hold all that is searched.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "dfengine/extent.hpp"
#include "dfengine/volume.hpp"

namespace dfe::match {

/// What it costs to match a box of a tomogram, in any unit.
using BoxCost = std::function<double(const Box3&)>;

/// Disjoint boxes with all voxels that are searched (not 0) and their 26 neighbours, which decide
/// whether a voxel is a peak.
///
/// Cuts    a box is cut in two, and these again, where that lowers the sum of costs; borders are at
///         multiples of 4 voxels
/// Order   by falling cost
/// Errors  usage `Error` for a mask without a voxel that is searched
std::vector<Box3> search_boxes(VolumeView<const std::uint8_t> searched, const BoxCost& cost);

}  // namespace dfe::match
