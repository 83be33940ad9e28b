// SPDX-License-Identifier: Apache-2.0
// Volumes whose y axis is along the beam, as IMOD's `tilt` writes them, seen as tomograms: rotated
// by -90° about x, as `clip rotx` and `trimvol -rx` do. Voxel (z, y, x) of the rotated volume is
// voxel (y, n - 1 - z, x) of one with n rows: a rotation, not an exchange of y and z, which would
// mirror particles.
#pragma once

#include <cstdint>
#include <memory>

#include "dfengine/volume.hpp"
#include "dfengine/volume_source.hpp"

namespace dfe {

constexpr Extent3 rotated_x(const Extent3& extent) { return {extent.y, extent.z, extent.x}; }

/// Where a position of the rotated volume is in the original one, which has `rows` rows.
constexpr Point3 before_rotation_x(const Point3& p, std::int64_t rows) {
  return {p.y, static_cast<double>(rows - 1) - p.z, p.x};
}

/// The volume rotated, voxel by voxel. Its header has extent and voxel size, but no place: labels
/// and scores are rotated back before they are written.
std::unique_ptr<VolumeSource> rotate_x(std::unique_ptr<VolumeSource> volume);

/// The inverse of `rotate_x`.
std::unique_ptr<VolumeSource> rotate_x_back(std::unique_ptr<VolumeSource> volume);
Volume<std::uint8_t> rotate_x_back(const Volume<std::uint8_t>& labels);

}  // namespace dfe
