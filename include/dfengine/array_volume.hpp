// SPDX-License-Identifier: Apache-2.0
// Wraps an array of voxels in memory as a tomogram that the library can read.
#pragma once

#include <string>

#include "volume.hpp"
#include "volume_source.hpp"

namespace dfe {

/// An array of voxels as a VolumeSource, so that `segment` can take it in place of a file. The
/// voxels are not copied: they must outlive this object and must not change while they are read.
class ArrayVolume final : public VolumeSource {
 public:
  /// `voxels` are in (z, y, x) order, x fastest. `voxel_size` is in Å and may be unknown if nothing
  /// is given in Å. `name` appears in messages. Throws a usage `Error` if there are no voxels.
  explicit ArrayVolume(VolumeView<const float> voxels, VoxelSize voxel_size = {},
                       std::string name = "array");

  const VolumeInfo& info() const override { return info_; }
  void read_box(const Box3& box, float* out) const override;

 private:
  VolumeView<const float> voxels_;
  VolumeInfo info_;
};

}  // namespace dfe
