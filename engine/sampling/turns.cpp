// SPDX-License-Identifier: Apache-2.0
// Turns joined, and extents turned, see the header.
#include "engine/sampling/turns.hpp"

namespace dfe::sampling {

GridTurn then(const GridTurn& first, const GridTurn& second) {
  GridTurn both;
  for (std::size_t k = 0; k < 3; ++k) {
    const auto middle = static_cast<std::size_t>(second.axis[k]);
    both.axis[k] = first.axis[middle];
    both.reversed[k] = second.reversed[k] != first.reversed[middle];
  }
  return both;
}

Extent3 turned(const GridTurn& turn, const Extent3& extent) {
  const std::array<std::int64_t, 3> size{extent.z, extent.y, extent.x};
  const auto along = [&](std::size_t k) { return size[static_cast<std::size_t>(turn.axis[k])]; };
  return {along(0), along(1), along(2)};
}

}  // namespace dfe::sampling
