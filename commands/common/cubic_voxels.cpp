// SPDX-License-Identifier: Apache-2.0
#include "commands/common/cubic_voxels.hpp"

#include "commands/common/json_text.hpp"
#include "dfengine/error.hpp"

namespace dfe {

void check_cubic_voxels(std::string_view area, const std::string& tomogram,
                        const VoxelSize& voxel_size, const std::string& remedy) {
  if (!voxel_size.is_anisotropic()) return;
  throw Error(area, tomogram,
              "has voxels of " + voxel_size_text(voxel_size) +
                  ", but the network needs cubic voxels (edges equal within 1 %)",
              remedy);
}

}  // namespace dfe
