// SPDX-License-Identifier: Apache-2.0
// Shorthand for the list tests: text in, list out, and what error a text gives.
#pragma once

#include <string>

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

inline bool has_warning(const ParticleList& list, const std::string& part) {
  for (const std::string& warning : list.warnings)
    if (warning.find(part) != std::string::npos) return true;
  return false;
}

}  // namespace dfe::test
