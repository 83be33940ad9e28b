// SPDX-License-Identifier: Apache-2.0
// TIFF stacks from memory: any bytes give voxels or an Error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dfengine/error.hpp"
#include "io/volumes/tiff_volume.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto source = dfe::io::open_tiff(
        dfe::io::RandomFile(std::as_bytes(std::span(data, size)), "fuzz.tif"), {});
    const dfe::Extent3 extent = source->extent();
    if (extent.y * extent.x > 1 << 20) return 0;
    std::vector<float> plane(static_cast<std::size_t>(extent.y * extent.x));
    for (std::int64_t z = 0; z < std::min<std::int64_t>(extent.z, 64); ++z)
      source->read_box({{z, 0, 0}, {1, extent.y, extent.x}}, plane.data());
  } catch (const dfe::Error&) {
  }
  return 0;
}
