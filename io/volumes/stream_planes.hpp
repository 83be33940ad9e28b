// SPDX-License-Identifier: Apache-2.0
// Voxels to a file without a second copy of the volume: converted in pieces, or written where they
// lie.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/label_counts.hpp"
#include "dfengine/volume.hpp"
#include "io/byte_reader.hpp"
#include "io/volumes/output_file.hpp"

namespace dfe::io {

/// Whether no label exceeds 127.
inline bool fits_signed_byte(const LabelCounts& counts) {
  return std::all_of(counts.begin() + 128, counts.end(),
                     [](std::int64_t count) { return count == 0; });
}

/// Appends all voxels as little-endian elements of type Stored.
template <class Stored, class T>
void stream_planes(OutputFile& file, VolumeView<const T> volume) {
  constexpr std::int64_t kPiece = 1 << 18;
  const std::span<const T> voxels = volume.span();
  const auto total = static_cast<std::int64_t>(voxels.size());
  std::vector<Stored> piece(static_cast<std::size_t>(std::min(kPiece, total)));
  for (std::int64_t begin = 0; begin < total; begin += kPiece) {
    const std::int64_t count = std::min(kPiece, total - begin);
    std::transform(voxels.data() + begin, voxels.data() + begin + count, piece.begin(),
                   [](T voxel) { return static_cast<Stored>(voxel); });
    auto* const bytes = reinterpret_cast<std::byte*>(piece.data());
    if (kNativeOrder != ByteOrder::Little)
      swap_bytes(bytes, sizeof(Stored), static_cast<std::size_t>(count));
    file.write(bytes, static_cast<std::size_t>(count) * sizeof(Stored));
  }
}

}  // namespace dfe::io
