// SPDX-License-Identifier: Apache-2.0
// Lengths as users type them.
#include "dfengine/length.hpp"

#include "core/text.hpp"

namespace dfe {

Length Length::parse(std::string_view text, std::string_view option) {
  const char* const remedy = "give voxels (8, 7.5) or Å with the suffix A (110A), above 0";
  Length length;
  std::string_view number = text;
  if (!number.empty() && (number.back() == 'A' || number.back() == 'a')) {
    length.is_angstrom = true;
    number.remove_suffix(1);
  }
  const std::optional<double> value = parse_as<double>(number);
  if (!value) throw Error(ErrorKind::Usage, option, text, "not a length", remedy);
  if (*value <= 0) throw Error(ErrorKind::Usage, option, text, "not above 0", remedy);
  length.value = *value;
  return length;
}

Point3 Length::voxels(const VoxelSize& voxel_size, std::string_view option) const {
  if (!is_angstrom) return {value, value, value};
  if (!voxel_size.known())
    throw Error(ErrorKind::Usage, option, "",
                "a length in Å needs the voxel size, which the file does not give",
                "give --voxel-size, or the length in voxels");
  if (!voxel_size.is_cubic())
    return {value / voxel_size.z_angstrom, value / voxel_size.y_angstrom,
            value / voxel_size.x_angstrom};
  const double along_each = value / voxel_size.mean_angstrom();
  return {along_each, along_each, along_each};
}

}  // namespace dfe
