// SPDX-License-Identifier: Apache-2.0
// Zarr stores put together file by file from the specification, independent of the library's
// writer.
#pragma once

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "dfengine/volume.hpp"
#include "tests/io/volumes/scratch.hpp"

namespace dfe::test {

using ZarrBytes = std::vector<std::byte>;

inline void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  write_bytes(path, std::as_bytes(std::span(text)));
}

template <class T>
ZarrBytes bytes_of(const std::vector<T>& values) {
  ZarrBytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// The value at a voxel of all volumes here.
inline float value_at(std::int64_t z, std::int64_t y, std::int64_t x) {
  return static_cast<float>(z * 36 + y * 6 + x) / 2;
}

/// Elements of the chunk of `chunk` voxels at `grid`, in C order, 99 beyond `extent`.
template <class T>
std::vector<T> chunk_values(const Index3& grid, const Extent3& chunk, const Extent3& extent) {
  std::vector<T> values;
  for (std::int64_t z = grid.z * chunk.z; z < (grid.z + 1) * chunk.z; ++z)
    for (std::int64_t y = grid.y * chunk.y; y < (grid.y + 1) * chunk.y; ++y)
      for (std::int64_t x = grid.x * chunk.x; x < (grid.x + 1) * chunk.x; ++x)
        values.push_back(
            static_cast<T>(z < extent.z && y < extent.y && x < extent.x ? value_at(z, y, x) : 99));
  return values;
}

/// `.zarray` of little-endian floats in (z, y, x) order with `more` members.
inline std::string array_v2(const std::string& shape, const std::string& chunks,
                            const std::string& compressor = "null", const std::string& more = "") {
  return R"({"zarr_format": 2, "dtype": "<f4", "order": "C", "fill_value": 0, "filters": null,)"
         R"( "shape": )" +
         shape + R"(, "chunks": )" + chunks + R"(, "compressor": )" + compressor + more + "}";
}

/// Attributes of an OME-Zarr 0.4 group with the level "0" of voxels of 10 x 11 x 12 (z, y, x).
inline std::string multiscales(const std::string& unit, const std::string& more_levels = "") {
  std::string axes;
  for (const char* name : {"z", "y", "x"})
    axes += std::string(axes.empty() ? "" : ", ") + R"({"type": "space", "name": ")" + name +
            R"(")" + (unit.empty() ? "" : R"(, "unit": ")" + unit + R"(")") + "}";
  return R"({"multiscales": [{"version": "0.4", "axes": [)" + axes +
         R"(], "datasets": [{"path": "0", "coordinateTransformations": [)"
         R"({"type": "scale", "scale": [10, 11, 12]}]})" +
         more_levels + "]}]}";
}

/// A store of format 2 of 3x4x5 voxels in chunks of 2x3x4 in `scratch / "a.zarr"`.
inline std::filesystem::path make_store(const Scratch& scratch, const std::string& attributes) {
  std::filesystem::path store = scratch / "a.zarr";
  write_text(store / ".zgroup", R"({"zarr_format": 2})");
  write_text(store / ".zattrs", attributes);
  write_text(store / "0" / ".zarray", array_v2("[3, 4, 5]", "[2, 3, 4]"));
  for (int z = 0; z < 2; ++z)
    for (int y = 0; y < 2; ++y)
      for (int x = 0; x < 2; ++x)
        write_bytes(
            store / "0" / (std::to_string(z) + "." + std::to_string(y) + "." + std::to_string(x)),
            bytes_of(chunk_values<float>({z, y, x}, {2, 3, 4}, {3, 4, 5})));
  return store;
}

}  // namespace dfe::test
