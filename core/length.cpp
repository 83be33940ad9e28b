// SPDX-License-Identifier: Apache-2.0
// Lengths as users type them.
#include "dfengine/length.hpp"

#include "core/text.hpp"

namespace dfe {
namespace {

bool remove_ending(std::string_view& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.remove_suffix(ending.size());
  return true;
}

/// Takes the unit Å off a number; false where there is none.
bool remove_angstrom(std::string_view& text) {
  const bool found =
      remove_ending(text, "Å") || remove_ending(text, "A") || remove_ending(text, "a");
  while (found && text.ends_with(' ')) text.remove_suffix(1);
  return found;
}

/// What a person meant by a text that is no number: a decimal comma, or nm.
std::string meant(std::string_view text, const std::string& unit) {
  std::string number(text);
  if (const auto comma = number.find(','); comma != std::string::npos) {
    number[comma] = '.';
    std::string_view rest = number;
    const bool has_unit = remove_angstrom(rest);
    if (parse_as<double>(rest))
      return "write a decimal point: " + std::string(rest) + (has_unit ? "A" : "");
  }
  std::string_view nanometres = text;
  if (const bool nm = remove_ending(nanometres, "nm"); nm) {
    while (nanometres.ends_with(' ')) nanometres.remove_suffix(1);
    if (const auto value = parse_as<double>(nanometres)) {
      std::string angstrom = std::to_string(10 * *value);
      angstrom.erase(angstrom.find_last_not_of('0') + 1);
      if (angstrom.ends_with('.')) angstrom.pop_back();
      return "1 nm is 10 Å: write " + angstrom + unit;
    }
  }
  return {};
}

double parse_number(std::string_view number, std::string_view text, std::string_view option,
                    const std::string& unit, const std::string& remedy) {
  const std::optional<double> value = parse_as<double>(number);
  if (!value) {
    const std::string guess = meant(text, unit);
    throw Error(ErrorKind::Usage, option, text, "not a length", guess.empty() ? remedy : guess);
  }
  if (*value <= 0) throw Error(ErrorKind::Usage, option, text, "not above 0", remedy);
  return *value;
}

}  // namespace

Length Length::parse(std::string_view text, std::string_view option) {
  std::string_view number = text;
  Length length;
  length.is_angstrom = remove_angstrom(number);
  length.value = parse_number(number, text, option, "A",
                              "give voxels (8, 7.5) or Å with the suffix A (110A), above 0");
  return length;
}

double parse_angstrom(std::string_view text, std::string_view option) {
  std::string_view number = text;
  remove_angstrom(number);
  return parse_number(number, text, option, "", "give a number of Å above 0, such as 13.68");
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
