// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/common/same_grid.hpp"

#include "core/file_names.hpp"
#include "core/tomogram_names.hpp"
#include "core/voxel_size.hpp"
#include "dfengine/error.hpp"

namespace dfe {

void check_same_voxels(std::string_view area, const std::string& file, const VoxelSize& voxel_size,
                       const std::string& other, const VoxelSize& other_size) {
  if (!voxel_size.known() || !other_size.known() || same_voxel_size(voxel_size, other_size)) return;
  throw Error(ErrorKind::Usage, area, file,
              "has voxels of " + voxel_size_text(voxel_size) + ", but " + other +
                  " has voxels of " + voxel_size_text(other_size),
              "give volumes on one grid, or --voxel-size if a header is wrong");
}

void check_same_tomogram(std::string_view area, const std::string& file, const std::string& other) {
  const std::string name = base_name(file), other_name = base_name(other);
  const std::string id = tomogram_id(name), other_id = tomogram_id(other_name);
  if (id == name || other_id == other_name || id == other_id) return;
  throw Error(ErrorKind::Usage, area, file,
              "is of the tomogram " + id + " by its name, but '" + other + "' of " + other_id,
              "if they are of one tomogram, say so with --tomogram " + other_id);
}

}  // namespace dfe
