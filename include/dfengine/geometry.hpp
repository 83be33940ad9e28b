// SPDX-License-Identifier: Apache-2.0
// Position and scale of a volume as its file gives them. Every output copies them from its input.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "extent.hpp"

namespace dfe {

/// Edge lengths of one voxel in Å; 0 means unknown. Programs that do not know the voxel size write
/// 0 or exactly 1, so readers turn both into 0 and add a warning.
struct VoxelSize {
  double z_angstrom = 0, y_angstrom = 0, x_angstrom = 0;

  friend bool operator==(const VoxelSize&, const VoxelSize&) = default;

  static VoxelSize cubic(double angstrom) { return {angstrom, angstrom, angstrom}; }
  bool known() const { return z_angstrom > 0 && y_angstrom > 0 && x_angstrom > 0; }

  /// Whether the edges are known and differ by at most `share` of the longest.
  bool cubic_within(double share) const {
    const auto [shortest, longest] = std::minmax({z_angstrom, y_angstrom, x_angstrom});
    return known() && longest - shortest <= share * longest;
  }
  /// Whether the edges agree to 1 %, so that one number stands for all three. Headers round, and a
  /// tomogram is seldom calibrated better than that.
  bool is_cubic() const { return cubic_within(0.01); }
  /// Whether the edges are known and so different that a length in Å has another number of voxels
  /// along each axis.
  bool is_anisotropic() const { return known() && !is_cubic(); }

  /// Mean of the three edges in Å, 0 if unknown. It describes cubic voxels only: ask `is_cubic`
  /// first.
  double mean_angstrom() const { return known() ? (z_angstrom + y_angstrom + x_angstrom) / 3 : 0; }
};

/// Position and scale of a volume. Source: MRC2014 header fields of the same names.
struct VolumeGeometry {
  Extent3 extent;
  VoxelSize voxel_size;
  Point3 origin_angstrom;                             ///< MRC ORIGIN
  Index3 start;                                       ///< MRC NXSTART..NZSTART, in voxels
  Extent3 sampling;                                   ///< MRC MX..MZ; 0: the same as the extent
  std::array<double, 3> cell_angles_deg{90, 90, 90};  ///< alpha, beta, gamma
  int space_group = 1;                                ///< MRC ISPG; 1 for a volume
  std::vector<std::string> labels;  ///< up to ten text labels of at most 80 characters
};

/// What is known about a volume file before its voxels are read.
struct VolumeInfo {
  std::string path;
  std::string format;      ///< "mrc", "hdf5", "zarr", "tiff" or "em"
  std::string mode;        ///< element type on disk: "int8", "uint8", "int16", "uint16", "float16",
                           ///< "float32", "uint4", "float32 in uint8" (EMAN2), ...
  int mrc_mode = -1;       ///< MRC mode number; -1 for other formats
  std::string byte_order;  ///< "little" or "big"
  std::array<int, 3> axis_order{
      1, 2, 3};  ///< MRC MAPC, MAPR, MAPS of the file; voxels are always read in (z, y, x) order
  std::int64_t extended_header_bytes = 0;
  std::string extended_header_type;
  std::string compression;  ///< "", "gzip", "bzip2", "blosc", "zstd", "LZW", ...
  VolumeGeometry geometry;
  std::vector<std::string> class_names;  ///< of a label map (HDF5, OME-Zarr), if the file has them
  std::vector<std::string>
      warnings;  ///< one sentence for everything in the file that was corrected or assumed
};

}  // namespace dfe
