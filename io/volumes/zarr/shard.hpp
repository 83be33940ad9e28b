// SPDX-License-Identifier: Apache-2.0
// Inner chunks of a shard file. Source: the specification of the Zarr codec sharding_indexed: the
// index has offset and length of each inner chunk, 2^64 - 1 twice where there is none.
#pragma once

#include <cstdint>
#include <optional>

#include "io/random_file.hpp"
#include "io/volumes/zarr/array_facts.hpp"

namespace dfe::io::zarr {

struct Section {
  std::int64_t offset = 0, bytes = 0;
};

/// Compares the index of a file with its checksum, if it has one. Throws `Error` where they differ.
void check_shard_index(const RandomFile& file, const ShardIndex& index, std::int64_t inner_chunks);

/// Where inner chunk number `within` of `inner_chunks` is; none where it does not exist. Throws
/// `Error` where the index does not fit the file, or names bytes beyond its end.
std::optional<Section> find_inner_chunk(const RandomFile& file, const ShardIndex& index,
                                        std::int64_t inner_chunks, std::int64_t within);

}  // namespace dfe::io::zarr
