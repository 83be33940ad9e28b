// SPDX-License-Identifier: Apache-2.0
// Whether a box lies where it says.
#pragma once

#include <string>

#include "dfengine/error.hpp"
#include "dfengine/extent.hpp"

namespace dfe {

/// Throws `Error` where `box` does not lie inside a volume of `extent`: a mistake of the caller,
/// caught before it reads elsewhere. `name` is the volume's.
inline void check_box(const Box3& box, const Extent3& extent, const std::string& name) {
  const auto inside = [](std::int64_t begin, std::int64_t count, std::int64_t size) {
    return begin >= 0 && count >= 0 && count <= size && begin <= size - count;
  };
  if (!inside(box.begin.z, box.extent.z, extent.z) ||
      !inside(box.begin.y, box.extent.y, extent.y) || !inside(box.begin.x, box.extent.x, extent.x))
    throw Error("read", name,
                "a box of " + box.extent.to_string() + " voxels at " + std::to_string(box.begin.z) +
                    "," + std::to_string(box.begin.y) + "," + std::to_string(box.begin.x) +
                    " leaves the volume of " + extent.to_string());
}

}  // namespace dfe
