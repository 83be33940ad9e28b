// SPDX-License-Identifier: Apache-2.0
// Augmentations that change values and leave every voxel in its place.
#pragma once

#include <cstdint>

#include "core/philox.hpp"
#include "dfengine/extent.hpp"

namespace dfe::sampling {

/// Convolves with a Gaussian of `sigma` voxels, cut at four of them; at the faces the weights of
/// the voxels there are brought to sum 1.
void blur(const Extent3& extent, double sigma, float* voxels);

/// Adds normal noise of standard deviation `sigma`: voxel i of the sample gets a number that
/// depends on (step, index, i) alone.
void add_noise(std::int64_t count, double sigma, const Philox& random, std::uint32_t step,
               std::uint64_t index, float* voxels);

}  // namespace dfe::sampling
