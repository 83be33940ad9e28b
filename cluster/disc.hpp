// SPDX-License-Identifier: Apache-2.0
// A ball cut by a plane, a disc or an ellipse: which voxels of each row it holds. This is the inner
// arithmetic of mean shift, so it works on eight rows at a time in straight lines that the compiler
// turns into vectors; which instructions is decided at run time, the results are the same.
#pragma once

#include <array>
#include <cstdint>

namespace dfe {

/// Voxel (y, x) of the plane belongs to it where base + (edge_y · (centre_y - y))² + (centre_x -
/// x)²
/// <= limit, computed in this order.
struct Disc {
  double centre_y, centre_x, base, limit;
  double edge_y = 1;  ///< VoxelEdges::y
};

/// For eight neighbouring rows the voxels `first` to `last` in the disc, within [0, size); first >
/// last where there are none.
struct RowReaches {
  static constexpr int kRows = 8;
  std::array<std::int32_t, kRows> first, last;
};

/// Fills `reaches` for rows y to y + 7; rows have `size` voxels, less than 2^31.
using ReachRows = void (*)(const Disc& disc, std::int64_t y, std::int64_t size,
                           RowReaches& reaches);

/// The fastest version for this machine.
ReachRows reach_rows_function();

}  // namespace dfe
