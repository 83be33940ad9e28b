// SPDX-License-Identifier: Apache-2.0
// Volumes seen through a coarser or finer grid, computed piece by piece as they are read: binning
// by averages, and resampling to another voxel size. Both keep the volume's outer faces in place,
// so a voxel's centre moves: x_full = b·x_bin + (b - 1)/2.
#pragma once

#include <memory>

#include "dfengine/volume.hpp"
#include "dfengine/volume_source.hpp"

namespace dfe {

/// Averages blocks of factor³ voxels; blocks cut by a face average the voxels they have.
/// Throws a usage `Error` for a factor below 1.
std::unique_ptr<VolumeSource> bin_volume(std::unique_ptr<VolumeSource> volume, std::int64_t factor);

/// Where a position of the binned grid lies in the full one.
constexpr Point3 unbin(const Point3& p, std::int64_t factor) {
  const double b = static_cast<double>(factor), half = (b - 1) / 2;
  return {b * p.z + half, b * p.y + half, b * p.x + half};
}

/// Resamples to cubic voxels of `voxel_angstrom`: linear interpolation, widened to an average over
/// the new voxel where that is larger. Throws a usage `Error` where the volume's voxel size is
/// unknown or the result would have no sensible extent.
std::unique_ptr<VolumeSource> resample_volume(std::unique_ptr<VolumeSource> volume,
                                              double voxel_angstrom);

/// Labels on the grid of `extent` from those on the resampled grid: each voxel takes the label of
/// the nearest centre.
Volume<std::uint8_t> resample_labels(const Volume<std::uint8_t>& labels, const Extent3& extent);

}  // namespace dfe
