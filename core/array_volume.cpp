// SPDX-License-Identifier: Apache-2.0
#include "dfengine/array_volume.hpp"

#include <algorithm>
#include <utility>

#include "core/check_box.hpp"
#include "dfengine/error.hpp"

namespace dfe {

ArrayVolume::ArrayVolume(VolumeView<const float> voxels, VoxelSize voxel_size, std::string name)
    : voxels_(voxels) {
  info_.path = std::move(name);
  info_.mode = "float32";
  info_.geometry.extent = voxels.extent;
  info_.geometry.voxel_size = voxel_size;
  const Extent3& n = voxels.extent;
  if (n.z < 1 || n.y < 1 || n.x < 1)
    throw Error(ErrorKind::Usage, "volume", info_.path,
                "an array of " + n.to_string() + " has no voxels", "give at least one voxel");
}

void ArrayVolume::read_box(const Box3& box, float* out) const {
  check_box(box, voxels_.extent, info_.path);
  for (std::int64_t z = 0; z < box.extent.z; ++z)
    for (std::int64_t y = 0; y < box.extent.y; ++y, out += box.extent.x)
      std::copy_n(&voxels_(box.begin.z + z, box.begin.y + y, box.begin.x), box.extent.x, out);
}

}  // namespace dfe
