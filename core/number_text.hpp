// SPDX-License-Identifier: Apache-2.0
// Numbers as text.
#pragma once

#include <charconv>
#include <string>

namespace dfe {

/// The shortest text that reads back as the same number.
inline std::string shortest_text(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

}  // namespace dfe
