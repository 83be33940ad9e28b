// SPDX-License-Identifier: Apache-2.0
// What reading and writing of RELION lists share. One frame for all versions: RELION counts
// unbinned pixels u of the tilt series, and a tomogram binned by b (each voxel the mean of b³
// pixels) has the centre of voxel x at u = b·x + (b - 1)/2.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Columns of the optics table that the library does not use are kept as extra columns under this
/// prefix, one value per particle.
inline constexpr std::string_view kOpticsPrefix = "data_optics/";

/// Our own columns in STAR files; RELION keeps columns it does not know.
inline constexpr std::string_view kClusterSizeColumn = "_dfeClusterSize";

/// From tomogram voxels to unbinned pixels and to RELION 5's Å from the tomogram's centre, and
/// back.
class RelionFrame {
 public:
  /// Throws a usage `Error` for a binning that is not above 0. `extent` is the binned tomogram's.
  RelionFrame(const std::string& file, double binning, const VoxelSize& voxel_size,
              const std::optional<Extent3>& extent);

  double binning() const { return binning_; }
  Point3 to_pixels(const Point3& voxels) const;
  Point3 to_voxels(const Point3& pixels) const;

  /// (u - b·N/2)·p with N the tomogram's size in voxels (b·N/2 is half the unbinned size, not
  /// rounded) and p the unbinned pixel in Å.
  Point3 to_centred_angstrom(const Point3& voxels) const;
  Point3 from_centred_angstrom(const Point3& angstrom) const;

  /// Edge of an unbinned pixel in Å; 0 where the voxel size is unknown.
  double pixel_angstrom() const { return voxel_size_.mean_angstrom() / binning_; }

  /// Throws a usage `Error` where extent or voxel size are missing, which RELION 5's positions
  /// need.
  void require_centre() const;

 private:
  std::string file_;
  double binning_;
  VoxelSize voxel_size_;
  std::optional<Extent3> extent_;
};

}  // namespace dfe::io::lists
