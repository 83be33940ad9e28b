// SPDX-License-Identifier: Apache-2.0
// EM files of the TOM and AV3 toolboxes: 512 bytes of header, then the voxels, x fastest. Source:
// tom_emread.m of the TOM toolbox.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "io/volume.hpp"
#include "io/volumes/raw_volume.hpp"

namespace dfe::io {

constexpr std::size_t kEmHeaderBytes = 512;

/// Whether type and sizes of the first bytes give exactly the file's length: the format has no
/// magic word.
bool looks_like_em(std::span<const std::byte> head, std::int64_t file_bytes);

/// Understands a header. The voxel size is known only where this program wrote the file: the fields
/// for it differ between microscopes.
RawHeader parse_em(std::span<const std::byte> head, std::int64_t file_bytes,
                   const std::string& name, const VolumeReadOptions& options);

}  // namespace dfe::io
