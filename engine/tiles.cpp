// SPDX-License-Identifier: Apache-2.0
#include "engine/tiles.hpp"

#include <algorithm>
#include <string>

#include "dfengine/error.hpp"

namespace dfe {

std::vector<Piece> cut_axis(std::int64_t length, std::int64_t size, const Reach& reach) {
  if (size >= length) return {{0, length, 0, length}};
  const std::int64_t halos = reach.low + reach.high, least = halos + reach.multiple;
  if (size != padded(size) || size < least)
    throw Error(ErrorKind::Usage, "tile", std::to_string(size),
                "not a multiple of 4 of at least " + std::to_string(least) + " voxels",
                "a column loses " + std::to_string(reach.low) + " voxels at its low and " +
                    std::to_string(reach.high) + " at its high side");
  const std::int64_t step = (size - halos) / reach.multiple * reach.multiple;
  std::vector<Piece> pieces;
  for (std::int64_t begin = 0, kept = 0; kept < length; begin += step) {
    const std::int64_t end = std::min(begin + size, length),
                       keep_end = end == length ? length : end - reach.high;
    pieces.push_back({begin, end - begin, kept, keep_end});
    kept = keep_end;
  }
  return pieces;
}

std::int64_t piece_size(std::int64_t length, std::int64_t count, const Reach& reach) {
  if (count <= 1) return length;
  const std::int64_t halos = reach.low + reach.high;
  for (std::int64_t step = reach.multiple;; step += reach.multiple) {
    const std::int64_t size =
        std::max(step + halos, length - (count - 1) * step);  // the last piece takes the rest
    if (size < step + halos + reach.multiple) return std::min(size, length);
  }
}

}  // namespace dfe
