// SPDX-License-Identifier: Apache-2.0
// What the metadata of a Zarr array say: `.zarray` of format 2 and `zarr.json` of format 3 come
// down to the same facts. Sources: the Zarr storage specification version 2; the Zarr core
// specification version 3.0 with the codecs bytes, transpose, gzip, zstd, blosc, crc32c and
// sharding_indexed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/volumes/elements.hpp"
#include "io/volumes/zarr/json_fields.hpp"

namespace dfe::io::zarr {

/// What turns bytes into other bytes. Deflate is gzip or zlib, told by its first bytes.
enum class Codec { Blosc, Zstd, Deflate, Crc32c };

/// Where the inner chunks of a file are (sharding_indexed).
struct ShardIndex {
  bool at_end = true;
  bool big_endian = false;
  bool checksum = false;  ///< a crc32c follows the numbers
};

/// An array of any number of dimensions up to kMostDimensions. Vectors have one entry for each, in
/// the array's order.
struct ArrayFacts {
  static constexpr std::size_t kMostDimensions = 8;

  int format = 2;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> chunk;     ///< of the pieces that are coded one by one
  std::vector<std::int64_t> per_file;  ///< such pieces in one file: all 1 without sharding
  std::vector<int> order;              ///< dimensions from the slowest to the fastest in a chunk
  std::string type;                    ///< "float32", "bool", ...
  Element element = Element::Float32;
  bool big_endian = false;
  float fill = 0;  ///< of the voxels in chunks that do not exist
  std::string key_prefix;
  char separator = '.';
  std::vector<Codec> codecs;  ///< in the order in which the writer applied them
  std::string compression;    ///< "blosc", "zstd", ... or "", for people
  bool sharded = false;
  ShardIndex index;

  std::int64_t chunk_bytes() const;
};

/// Throws `Error`, which names what is not supported or damaged.
ArrayFacts parse_array_v2(const Json& metadata, const std::string& name);
ArrayFacts parse_array_v3(const Json& metadata, const std::string& name);

/// Sizes that both formats must keep: as many chunk sizes as dimensions, chunks of at most 2 GiB.
void check_sizes(const ArrayFacts& facts, const std::string& name);

/// Sets type, element and, as far as the name says it, byte order: "int8", "float32", ... Throws
/// `Error` for types that are no numbers.
void set_type(ArrayFacts& facts, const std::string& type, const std::string& name);

/// A fill value as the metadata write it: a number, true, null, "NaN", "-Infinity", ...
float fill_value(const Json& value, const std::string& name);

}  // namespace dfe::io::zarr
