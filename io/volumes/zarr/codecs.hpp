// SPDX-License-Identifier: Apache-2.0
// The bytes of a chunk to and from what is stored. How many bytes must come out is known before:
// nothing here trusts a stream's own length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/volumes/zarr/array_facts.hpp"

namespace dfe::io::zarr {

using Bytes = std::vector<std::byte>;

/// Undoes `codecs`, the last one first, and returns `count` bytes from `first` of the `bytes` that
/// the chunk has. Blosc decompresses only the blocks in which they are. Throws `Error` where the
/// stored bytes are damaged.
Bytes decode_chunk(Bytes stored, std::span<const Codec> codecs, std::int64_t bytes,
                   std::int64_t first, std::int64_t count, const std::string& name);

/// Most bytes that `bytes` bytes of a chunk take when they are stored: more is a damaged file.
std::int64_t most_stored_bytes(std::int64_t bytes);

/// Compresses by Blosc with LZ4 and shuffled bytes, the default of Zarr's own program, in one
/// thread: equal voxels are equal bytes.
Bytes compress_blosc(std::span<const std::byte> bytes, std::size_t element_bytes,
                     const std::string& name);

/// CRC-32C (Castagnoli).
std::uint32_t crc32c(std::span<const std::byte> bytes);

}  // namespace dfe::io::zarr
