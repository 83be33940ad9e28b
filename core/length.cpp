// SPDX-License-Identifier: Apache-2.0
// Parsing of lengths as users type them. std::from_chars, so that the locale never decides what
// "7.5" is.
#include "dfengine/length.hpp"

#include <charconv>
#include <cmath>

namespace dfe {

Length Length::parse(std::string_view text, std::string_view option) {
  const char* const remedy = "give voxels (8, 7.5) or Å with the suffix A (110A), above 0";
  Length length;
  std::string_view number = text;
  if (!number.empty() && (number.back() == 'A' || number.back() == 'a')) {
    length.is_angstrom = true;
    number.remove_suffix(1);
  }
  const auto [end, code] =
      std::from_chars(number.data(), number.data() + number.size(), length.value);
  if (code != std::errc{} || end != number.data() + number.size() || number.empty())
    throw Error(ErrorKind::Usage, option, text, "not a length", remedy);
  if (!std::isfinite(length.value) || length.value <= 0)
    throw Error(ErrorKind::Usage, option, text, "not above 0", remedy);
  return length;
}

double Length::voxels(const VoxelSize& voxel_size, std::string_view option) const {
  if (!is_angstrom) return value;
  if (!voxel_size.known())
    throw Error(ErrorKind::Usage, option, "",
                "a length in Å needs the voxel size, which the file does not tell",
                "give --voxel-size, or the length in voxels");
  return value / voxel_size.mean_angstrom();
}

}  // namespace dfe
