// SPDX-License-Identifier: Apache-2.0
// A length in voxels or in Å, as users type it.
#pragma once

#include <string>
#include <string_view>

#include "geometry.hpp"

namespace dfe {

/// A length in voxels, or in Å if `is_angstrom`.
struct Length {
  double value = 0;
  bool is_angstrom = false;

  friend bool operator==(const Length&, const Length&) = default;

  /// Reads "8" and "7.5" as voxels, "110A" and "110Å" as Å. Throws a usage `Error` that names
  /// `option` for any other text and for values that are not finite or not above 0.
  static Length parse(std::string_view text, std::string_view option);

  /// The length in voxels along each axis: three equal numbers, except for a length in Å where
  /// voxels are not cubic. So a radius in voxels is a sphere on the voxel grid, and a radius in Å a
  /// sphere in the specimen. Throws a usage `Error` that names `option` if the length is in Å and
  /// the voxel size is unknown.
  Point3 voxels(const VoxelSize& voxel_size, std::string_view option) const;
};

/// Reads a number of Å above 0, with or without the unit: "13.68", "13.68A". Throws a usage `Error`
/// that names `option` for any other text.
double parse_angstrom(std::string_view text, std::string_view option);

}  // namespace dfe
