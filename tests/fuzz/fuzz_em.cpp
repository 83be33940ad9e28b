// SPDX-License-Identifier: Apache-2.0
// EM files from memory: any bytes give voxels or an Error. The name's ending makes the reader take
// them for EM.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dfengine/error.hpp"
#include "io/volumes/open_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto source = dfe::io::open_bytes(
        dfe::io::RandomFile(std::as_bytes(std::span(data, size)), "fuzz.em"), {});
    const dfe::Extent3 extent = source->extent();
    if (extent.voxels() > 1 << 20) return 0;
    std::vector<float> voxels(static_cast<std::size_t>(extent.voxels()));
    source->read_box({{}, extent}, voxels.data());
  } catch (const dfe::Error&) {
  }
  return 0;
}
