// SPDX-License-Identifier: Apache-2.0
// The MRC2014 header, read tolerantly: whatever can be settled without guessing units or data is
// settled and told in a warning, the rest is an error. Source: MRC2014 (Cheng et al., J. Struct.
// Biol. 192, 2015), the CCP4 map format, and IMOD's additions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "io/volume.hpp"
#include "io/volumes/raw_volume.hpp"

namespace dfe::io {

/// Whether the first bytes of a file look like an MRC header: the "MAP" word, or a mode and sizes
/// that make sense.
bool looks_like_mrc(std::span<const std::byte> head);

/// Understands a header. `head` holds the first 1024 bytes of the file (fewer are an error),
/// `file_bytes` is the length of the file (decompressed), which decides between what the header
/// says and what it can mean.
RawHeader parse_mrc(std::span<const std::byte> head, std::int64_t file_bytes,
                    const std::string& name, const VolumeReadOptions& options);

/// Bytes that the header says the file has: 1024, the extended header, and the voxels.
std::int64_t mrc_file_bytes(std::span<const std::byte> head, const std::string& name);

}  // namespace dfe::io
