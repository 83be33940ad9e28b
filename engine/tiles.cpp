// SPDX-License-Identifier: Apache-2.0
#include "engine/tiles.hpp"

#include <algorithm>

#include "engine/api/error.hpp"

namespace dfe {

std::vector<Piece> cut_axis(std::int64_t length, std::int64_t size) {
  if (size >= length) return {{0, 0, length}};
  if (size % 4 != 0 || size < kHaloLow + 4 + kHaloHigh)
    throw Error(ErrorKind::Usage, "tile", std::to_string(size), "not a multiple of 4 of at least 72 voxels",
                "an output voxel sees 31 voxels back and 34 ahead");
  const std::int64_t step = size - kHaloLow - kHaloHigh;
  std::vector<Piece> pieces;
  for (std::int64_t begin = 0, kept = 0; kept < length;) {
    const std::int64_t keep_end = begin + size == length ? length : begin + size - kHaloHigh;
    pieces.push_back({begin, kept, keep_end});
    kept = keep_end;
    begin = std::min(begin + step, length - size);
  }
  return pieces;
}

std::int64_t piece_size(std::int64_t length, std::int64_t count) {
  if (count <= 1) return length;
  const std::int64_t covered = length + (count - 1) * (kHaloLow + kHaloHigh);
  return std::min(std::max(padded((covered + count - 1) / count), kHaloLow + 4 + kHaloHigh), length);
}

}  // namespace dfe
