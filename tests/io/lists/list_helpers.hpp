// SPDX-License-Identifier: Apache-2.0
// Shorthand for the list tests: text in, list out, and what error a text gives.
#pragma once

#include <string>
#include <vector>

#include "io/lists/formats.hpp"

namespace dfe::test {

inline ParticleList parse(const std::string& text, const io::ListOptions& options = {}) {
  return io::lists::parse_list(text, "test.file", "", options);
}

inline std::string error_of(const std::string& text, const io::ListOptions& options = {}) {
  try {
    parse(text, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

inline std::vector<std::string> names_of(const ParticleList& list) {
  std::vector<std::string> names;
  for (const ListTomogram& tomogram : list.tomograms) names.push_back(tomogram.name);
  return names;
}

/// Options for a list of one tomogram of this size and voxel size.
inline io::ListOptions one_tomogram(const Extent3& extent, const VoxelSize& voxel_size = {}) {
  io::ListOptions options;
  options.tomograms = {ListTomogram::of("", extent, voxel_size)};
  return options;
}

inline bool has_warning(const ParticleList& list, const std::string& part) {
  for (const std::string& warning : list.warnings)
    if (warning.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace dfe::test
