// SPDX-License-Identifier: Apache-2.0
// Cutting the xy plane into columns when a whole plane does not fit the memory. Columns begin on
// multiples of the blocks that the ops compute, end on the pooling grid, and overlap so far that
// every voxel is taken from a column that sees all it depends on.
#pragma once

#include <vector>

#include "engine/reach.hpp"

namespace dfe {

/// One piece of an axis: computed over [begin, begin + size), taken from [keep_begin, keep_end).
struct Piece {
  std::int64_t begin = 0, size = 0, keep_begin = 0, keep_end = 0;
};

/// Cuts an axis of `length` voxels (a multiple of 4) into pieces of `size`, the last one may be
/// smaller; one piece where size >= length. Throws a usage `Error` where `size` has no room for
/// both halos, or is no multiple of 4.
std::vector<Piece> cut_axis(std::int64_t length, std::int64_t size, const Reach& reach);

/// Smallest size with which cut_axis gives `count` pieces or fewer.
std::int64_t piece_size(std::int64_t length, std::int64_t count, const Reach& reach);

/// Rounds up to a multiple of 4.
constexpr std::int64_t padded(std::int64_t n) { return (n + 3) / 4 * 4; }

}  // namespace dfe
