// SPDX-License-Identifier: Apache-2.0
// A length given in voxels or in Å, as users type it.
#pragma once

#include <string>
#include <string_view>

#include "geometry.hpp"

namespace dfe {

/// Voxels unless `is_angstrom`.
struct Length {
  double value = 0;
  bool is_angstrom = false;

  /// "8", "7.5" are voxels; "110A" is Å. Throws a usage `Error` that names `option` for anything
  /// else and for values that are not finite and above 0.
  static Length parse(std::string_view text, std::string_view option);

  /// In voxels. Throws a usage `Error` where the length is in Å and the voxel size unknown.
  double voxels(const VoxelSize& voxel_size, std::string_view option) const;
};

}  // namespace dfe
