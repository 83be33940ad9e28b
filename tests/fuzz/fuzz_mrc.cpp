// SPDX-License-Identifier: Apache-2.0
// MRC files, plain and compressed, from memory: any bytes give voxels or an Error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dfengine/error.hpp"
#include "io/volumes/open_bytes.hpp"

namespace {

void read(std::span<const std::uint8_t> data, const std::string& part) {
  dfe::io::VolumeReadOptions options;
  options.part = part;
  const auto source =
      dfe::io::open_bytes(dfe::io::RandomFile(std::as_bytes(data), "fuzz.mrc"), options);
  // Plane by plane, as large volumes are read; compressed input may hold many.
  const dfe::Extent3 extent = source->extent();
  if (extent.y * extent.x > 1 << 20) return;
  std::vector<float> plane(static_cast<std::size_t>(extent.y * extent.x));
  for (std::int64_t z = 0; z < std::min<std::int64_t>(extent.z, 64); ++z)
    source->read_box({{z, 0, 0}, {1, extent.y, extent.x}}, plane.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const char* const part : {"", "2"})  // the only volume, or the second of a stack
    try {
      read({data, size}, part);
    } catch (const dfe::Error&) {
    }
  return 0;
}
