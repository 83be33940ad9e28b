// SPDX-License-Identifier: Apache-2.0
// Fuzz target of Zarr stores. The input is three parts with a NUL between them: attributes of the
// group, metadata of the array (format 3 where they have "node_type"), and the bytes of its first
// chunk. They become a store on disk; whatever it holds, it gives voxels or an Error.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/error.hpp"
#include "io/volume.hpp"
#include "io/volumes/zarr/array_facts.hpp"

namespace {

namespace fs = std::filesystem;
namespace zarr = dfe::io::zarr;

/// Chunks of more bytes are legal, but the fuzzer has little memory.
constexpr std::int64_t kMostChunkBytes = 1 << 24;

std::string_view next_part(std::string_view& rest) {
  const auto end = std::min(rest.find('\0'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

void write(const fs::path& path, std::string_view text) {
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);
  std::ofstream(path, std::ios::binary) << text;
}

bool small(std::string_view metadata, bool v3) {
  const zarr::Json json = zarr::parse_json(metadata, "fuzz");
  const auto facts = v3 ? zarr::parse_array_v3(json, "fuzz") : zarr::parse_array_v2(json, "fuzz");
  return facts.chunk_bytes() <= kMostChunkBytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string attributes(next_part(rest)), metadata(next_part(rest));
  const bool v3 = metadata.find("node_type") != std::string::npos;
  const fs::path store =
      fs::temp_directory_path() / ("dfengine_fuzz_zarr_" + std::to_string(getpid()) + ".zarr");
  try {
    if (v3)
      write(store / "zarr.json",
            R"({"zarr_format": 3, "node_type": "group", "attributes": )" + attributes + "}");
    write(store / (v3 ? "0/zarr.json" : "0/.zarray"), metadata);
    if (!v3) write(store / ".zgroup", R"({"zarr_format": 2})");
    if (!v3) write(store / ".zattrs", attributes);
    for (const char* key : {"0/0/0/0", "0/0.0.0", "0/c/0/0/0"})
      if (!fs::is_directory(store / key)) write(store / key, rest);
    if (small(metadata, v3)) {
      const auto source = dfe::io::open_volume(store);
      const dfe::Extent3 extent = source->extent();
      if (extent.y <= 1 << 10 && extent.x <= 1 << 10) {
        std::vector<float> plane(static_cast<std::size_t>(extent.y * extent.x));
        source->read_box({{}, {1, extent.y, extent.x}}, plane.data());
        source->read_box({{extent.z - 1, extent.y - 1, extent.x - 1}, {1, 1, 1}}, plane.data());
      }
    }
  } catch (const dfe::Error&) {
  }
  std::error_code ignored;
  fs::remove_all(store, ignored);
  return 0;
}
