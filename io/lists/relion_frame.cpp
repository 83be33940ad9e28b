// SPDX-License-Identifier: Apache-2.0
// The one place where voxels become RELION's coordinates.
#include <fmt/format.h>

#include <cmath>

#include "io/lists/relion.hpp"

namespace dfe::io::lists {

RelionFrame::RelionFrame(const std::string& file, double binning, const VoxelSize& voxel_size,
                         const std::optional<Extent3>& extent)
    : file_(file), binning_(binning), voxel_size_(voxel_size), extent_(extent) {
  if (!std::isfinite(binning) || binning <= 0)
    throw Error(ErrorKind::Usage, "star", "--relion-binning",
                fmt::format("{} is not a binning factor", binning), "expected a number above 0");
  if (extent_ && *extent_ == Extent3{}) extent_.reset();
}

Point3 RelionFrame::to_pixels(const Point3& v) const {
  const double shift = (binning_ - 1) / 2;
  return {binning_ * v.z + shift, binning_ * v.y + shift, binning_ * v.x + shift};
}

Point3 RelionFrame::to_voxels(const Point3& u) const {
  const double shift = (binning_ - 1) / 2;
  return {(u.z - shift) / binning_, (u.y - shift) / binning_, (u.x - shift) / binning_};
}

Point3 RelionFrame::to_centred_angstrom(const Point3& voxels) const {
  require_centre();
  const Point3 u = to_pixels(voxels);
  const auto centred = [&](double p, std::int64_t n, double voxel) {
    return (p - binning_ * static_cast<double>(n) / 2) * (voxel / binning_);
  };
  return {centred(u.z, extent_->z, voxel_size_.z_angstrom),
          centred(u.y, extent_->y, voxel_size_.y_angstrom),
          centred(u.x, extent_->x, voxel_size_.x_angstrom)};
}

Point3 RelionFrame::from_centred_angstrom(const Point3& angstrom) const {
  require_centre();
  const auto pixels = [&](double a, std::int64_t n, double voxel) {
    return a / (voxel / binning_) + binning_ * static_cast<double>(n) / 2;
  };
  return to_voxels({pixels(angstrom.z, extent_->z, voxel_size_.z_angstrom),
                    pixels(angstrom.y, extent_->y, voxel_size_.y_angstrom),
                    pixels(angstrom.x, extent_->x, voxel_size_.x_angstrom)});
}

void RelionFrame::require_centre() const {
  if (!extent_)
    throw Error(ErrorKind::Usage, "star", file_,
                "RELION 5 positions count from the tomogram's centre, but its size is unknown",
                "give the tomogram with --like");
  if (!voxel_size_.known())
    throw Error(ErrorKind::Usage, "star", file_,
                "RELION 5 positions are in Å, but the voxel size is unknown", "give --voxel-size");
}

}  // namespace dfe::io::lists
