// SPDX-License-Identifier: Apache-2.0
// Boxes of a Zarr array in a folder. Only the chunks that a box needs are read. Three dimensions
// are z, y and x in any order, all others have one entry.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "dfengine/extent.hpp"
#include "io/random_file.hpp"
#include "io/volumes/zarr/array_facts.hpp"
#include "io/volumes/zarr/chunk_cache.hpp"
#include "io/volumes/zarr/shard.hpp"

namespace dfe::io::zarr {

class Array {
 public:
  /// `axes`: which dimension is z, y and x.
  Array(std::filesystem::path folder, ArrayFacts facts, const std::array<int, 3>& axes);
  ~Array();
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  Extent3 extent() const { return extent_; }
  const ArrayFacts& facts() const { return facts_; }

  /// Copies the voxels of `box`, which is inside, as float in (z, y, x) order. Throws `Error` where
  /// a chunk is damaged. Several threads may call it simultaneously.
  void read_box(const Box3& box, float* out) const;

  /// Bytes of decoded chunks that are kept: those under a few planes, or none where they are too
  /// many.
  std::int64_t kept_bytes() const { return kept_bytes_; }

  struct FileCount {
    std::int64_t missing = 0, all = 0;
  };
  /// How many files of the array do not exist; none where it would have more than `most`.
  FileCount missing_files(std::int64_t most) const;

 private:
  /// What the chunk at a place of the grid holds of a box, in bytes of the chunk.
  struct Need {
    std::array<std::int64_t, 3> begin, count;  ///< voxels within the chunk
    std::int64_t first = 0, bytes = 0;         ///< the bytes that hold them
  };

  struct Place {
    std::filesystem::path file;
    std::int64_t within = 0;  ///< number of the inner chunk in the file
  };

  Need need_of(const std::array<std::int64_t, 3>& grid, const Box3& box) const;
  Place place_of(const std::array<std::int64_t, 3>& grid) const;
  std::int64_t index_of(const std::array<std::int64_t, 3>& grid) const;
  std::optional<Section> find_inner(const RandomFile& file, const Place& place) const;
  /// Null where the chunk does not exist.
  ChunkCache::Chunk load(const Place& place, std::int64_t first, std::int64_t bytes) const;
  void read_chunk(const std::array<std::int64_t, 3>& grid, const Box3& box, float* out) const;
  void copy(const Need& need, const Bytes& bytes, std::int64_t first, float* out,
            const Extent3& out_extent) const;
  std::int64_t layer_bytes() const;

  std::filesystem::path folder_;
  ArrayFacts facts_;
  std::array<int, 3> axes_;
  Extent3 extent_;
  std::array<std::int64_t, 3> size_{}, chunk_{}, stride_{};  ///< of z, y, x; strides in voxels
  std::int64_t kept_bytes_ = 0, owner_ = -1;
  mutable std::mutex mutex_;
  mutable std::set<std::string> checked_;  ///< shard files whose index agrees with its checksum
};

}  // namespace dfe::io::zarr
