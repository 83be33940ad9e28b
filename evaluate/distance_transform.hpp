// SPDX-License-Identifier: Apache-2.0
// Euclidean distance transform: exact in whole numbers on cubic voxels, in floating point on
// others.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include "core/parallel.hpp"
#include "dfengine/volume.hpp"

namespace dfe {

/// What the transforms hold where no voxel is marked at all.
template <class T>
constexpr T kNoDistance = std::numeric_limits<T>::max();

/// Squared distance, in voxels, from the centre of each voxel to that of the nearest one with
/// `label` (0: any label above 0). Throws `Error` for axes above 26,000 voxels, whose squares no
/// longer fit. Memory: 4 bytes per voxel. Cost: linear in the voxels. Source: Meijster, Roerdink
/// and Hesselink, "A general algorithm for computing distance transforms in linear time", 2000.
Volume<std::int32_t> squared_distances(VolumeView<const std::uint8_t> labels, int label,
                                       ThreadPool& pool);

/// The same for voxels with `edges` along z, y and x, in their unit, rounded to single precision.
Volume<float> squared_distances(VolumeView<const std::uint8_t> labels, int label,
                                const Point3& edges, ThreadPool& pool);

}  // namespace dfe
