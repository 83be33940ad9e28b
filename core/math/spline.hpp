// SPDX-License-Identifier: Apache-2.0
// A rotated box of a volume: cubic B-spline interpolation for intensities, the nearest voxel for
// labels. The patch is cut out of a larger block, so its corners hold real voxels and not padding.
#pragma once

#include <array>
#include <cstdint>

#include "dfengine/extent.hpp"
#include "dfengine/particle.hpp"
#include "dfengine/volume.hpp"

namespace dfe::math {

/// Voxels that the block needs beyond what is sampled: at its faces the spline is not that of the
/// volume, and the difference falls by 0.27 per voxel.
inline constexpr std::int64_t kSplineMargin = 8;

/// The block that the patch rotated about its own centre reads: voxel p of `patch` comes from
/// centre + R·(p - centre).
Box3 rotation_block(const Box3& patch, const Rotation& r);

/// Turns the values of a volume into the coefficients of the cubic B-spline through them, mirrored
/// at the faces.
void spline_coefficients(VolumeView<float> volume);

/// Fills `patch` from a block of spline coefficients.
void rotate_values(const Box3& patch, const Rotation& r, const Box3& block,
                   const float* coefficients, float* out);

/// Fills `patch` with the labels of the nearest voxels.
void rotate_labels(const Box3& patch, const Rotation& r, const Box3& block,
                   const std::uint8_t* labels, std::uint8_t* out);

}  // namespace dfe::math
