// SPDX-License-Identifier: Apache-2.0
// Exact Euclidean distance transform, in whole numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include "core/parallel.hpp"
#include "dfengine/volume.hpp"

namespace dfe {

/// What the transform holds where no voxel is marked at all.
constexpr std::int32_t kNoDistance = std::numeric_limits<std::int32_t>::max();

/// Squared distance, in voxels, from the centre of each voxel to that of the nearest one with
/// `label` (0: any label above 0). Throws `Error` for axes above 26,000 voxels, whose squares no
/// longer fit. Memory: 4 bytes per voxel. Cost: linear in the voxels. Source: Meijster, Roerdink
/// and Hesselink, "A general algorithm for computing distance transforms in linear time", 2000.
Volume<std::int32_t> squared_distances(VolumeView<const std::uint8_t> labels, int label,
                                       ThreadPool& pool);

}  // namespace dfe
