// SPDX-License-Identifier: Apache-2.0
// Numbers as text.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>

#include "dfengine/geometry.hpp"

namespace dfe {

/// The shortest text that reads back as the same number.
inline std::string shortest_text(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

/// "1 particle", "2 particles"
inline std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// A size in whole voxels (z, y, x): "270x553x553". Unbinned pixels over a binning may leave
/// fractions, and then it is "about" that size.
inline std::string size_text(const Point3& size) {
  const Point3 whole{std::round(size.z), std::round(size.y), std::round(size.x)};
  const auto text = [](double n) { return shortest_text(n); };
  return (whole == size ? "" : "about ") + text(whole.z) + "x" + text(whole.y) + "x" +
         text(whole.x);
}

}  // namespace dfe
