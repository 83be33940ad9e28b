// SPDX-License-Identifier: Apache-2.0
// Files compressed by gzip or bzip2, decompressed into memory up to a size that the file's own
// header justifies: a few bytes can decompress to terabytes, so nothing here trusts the stream's
// length.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "io/random_file.hpp"

namespace dfe::io {

/// "gzip", "bzip2" or "" by the first bytes of a file.
std::string compression_of(std::span<const std::byte> head);

/// Decompresses the first `head_bytes` of `file`, asks `size_from_head` how many bytes the whole
/// needs, and continues to that many and one more, which tells the caller that the stream is
/// longer. The result is shorter where the stream ends early. Concatenated streams (bgzip, pbzip2)
/// are one. Memory is taken as data arrives. Throws `Error` where the stream is damaged, or the
/// size is more than the machine's memory.
RandomFile decompress(
    const RandomFile& file, const std::string& compression, std::size_t head_bytes,
    const std::function<std::int64_t(std::span<const std::byte>)>& size_from_head);

}  // namespace dfe::io
