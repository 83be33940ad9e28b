// SPDX-License-Identifier: Apache-2.0
// Cutting the xy plane into columns when a whole plane does not fit the memory. All columns have one size, begin on multiples of 4 (the
// pooling grid), and overlap so far that every voxel is taken from a column that sees all of its receptive field.
#pragma once

#include <vector>

#include "engine/api/extent.hpp"

namespace dfe {

/// Voxels that an output voxel sees before and after itself along an axis, rounded up to the pooling grid: 31 -> 32 and 34 -> 36.
inline constexpr std::int64_t kHaloLow = 32, kHaloHigh = 36;

/// One piece of an axis: computed over [begin, begin + size), taken from [keep_begin, keep_end).
struct Piece {
  std::int64_t begin = 0, keep_begin = 0, keep_end = 0;
};

/// Cuts an axis of `length` voxels (a multiple of 4) into pieces of `size`; one piece where size >= length. Throws a usage `Error` where
/// `size` is below the two halos and 4 voxels, or no multiple of 4.
std::vector<Piece> cut_axis(std::int64_t length, std::int64_t size);

/// Smallest size with which cut_axis gives `count` pieces or fewer.
std::int64_t piece_size(std::int64_t length, std::int64_t count);

/// Rounds up to a multiple of 4.
constexpr std::int64_t padded(std::int64_t n) { return (n + 3) / 4 * 4; }

}  // namespace dfe
