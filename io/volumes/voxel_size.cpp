// SPDX-License-Identifier: Apache-2.0
// Files with 0 or exactly 1 Å were written by programs that did not know: both count as unknown.
#include "io/volumes/voxel_size.hpp"

#include <cmath>

#include "dfengine/error.hpp"

namespace dfe::io {

std::string number_text(double value) {
  std::string text = std::to_string(value);
  if (text.find('.') == std::string::npos) return text;  // "nan", "inf"
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void settle_voxel_size(VolumeInfo& info, const VolumeReadOptions& options) {
  VoxelSize& size = info.geometry.voxel_size;
  if (options.voxel_size_angstrom) {
    const double given = *options.voxel_size_angstrom;
    if (!(given > 0 && std::isfinite(given)))
      throw Error(ErrorKind::Usage, "voxel size", number_text(given), "must be above 0 Å");
    size = VoxelSize::cubic(given);
    return;
  }
  if (!size.known() || size == VoxelSize::cubic(1)) {
    info.warnings.push_back(
        std::string("The voxel size is ") +
        (size.known() ? "1 Å, which programs write when they do not know it" : "not in the file") +
        "; it is treated as unknown. Set it with --voxel-size.");
    size = {};
    return;
  }
  const auto unlikely = [](double edge) { return edge < 0.5 || edge > 100; };
  if (unlikely(size.z_angstrom) || unlikely(size.y_angstrom) || unlikely(size.x_angstrom))
    info.warnings.push_back(
        "The voxel size of " + number_text(size.x_angstrom) + " x " + number_text(size.y_angstrom) +
        " x " + number_text(size.z_angstrom) +
        " Å (x, y, z) is unusual for a tomogram; set it with --voxel-size if it is wrong.");
}

}  // namespace dfe::io
