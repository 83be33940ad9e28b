// SPDX-License-Identifier: Apache-2.0
// A tomogram that a program holds in memory, as the library reads it.
#pragma once

#include <string>

#include "volume.hpp"
#include "volume_source.hpp"

namespace dfe {

/// An array of voxels as a VolumeSource: what `segment` takes in place of a file. Copies nothing,
/// so the voxels must outlive it, unchanged while they are read.
class ArrayVolume final : public VolumeSource {
 public:
  /// `voxels` in (z, y, x) order, x fastest. The voxel size may stay unknown where nothing counts
  /// in Å. `name` is for messages. Throws a usage `Error` where there are no voxels.
  explicit ArrayVolume(VolumeView<const float> voxels, VoxelSize voxel_size = {},
                       std::string name = "array");

  const VolumeInfo& info() const override { return info_; }
  void read_box(const Box3& box, float* out) const override;

 private:
  VolumeView<const float> voxels_;
  VolumeInfo info_;
};

}  // namespace dfe
