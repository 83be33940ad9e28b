// SPDX-License-Identifier: Apache-2.0
// Volumes seen through a coarser or finer grid, computed piece by piece as they are read: binning
// by averages, and resampling to another voxel size. Both keep the volume's outer faces in place,
// so a voxel's centre moves: x_full = (x_bin + 1/2)·b - 1/2.
#pragma once

#include <memory>

#include "dfengine/volume.hpp"
#include "dfengine/volume_source.hpp"

namespace dfe {

/// Averages blocks of factor³ voxels; blocks cut by a face average the voxels they have.
/// Throws a usage `Error` for a factor below 1.
std::unique_ptr<VolumeSource> bin_volume(std::unique_ptr<VolumeSource> volume, std::int64_t factor);

/// Where a position of an adapted grid is on the original one, whose voxels are 1 / `step` as long:
/// the binning factor, or the ratio of the extents after resampling.
constexpr Point3 on_original_grid(const Point3& p, const Point3& step) {
  return {(p.z + 0.5) * step.z - 0.5, (p.y + 0.5) * step.y - 0.5, (p.x + 0.5) * step.x - 0.5};
}

/// Resamples to cubic voxels of `voxel_angstrom`: linear interpolation, widened to an average over
/// the new voxel where that is larger. Throws a usage `Error` where the volume's voxel size is
/// unknown or the result would have no sensible extent.
std::unique_ptr<VolumeSource> resample_volume(std::unique_ptr<VolumeSource> volume,
                                              double voxel_angstrom);

/// The same to a grid of `extent`, whatever the voxel size; the same volume if it has that extent.
std::unique_ptr<VolumeSource> resample_volume(std::unique_ptr<VolumeSource> volume,
                                              const Extent3& extent);

}  // namespace dfe
