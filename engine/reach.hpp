// SPDX-License-Identifier: Apache-2.0
// The halo of a column: how far an output voxel reaches within its plane, including the blocks of
// outputs that are computed together.
#pragma once

#include <vector>

#include "engine/graph.hpp"

namespace dfe {

/// Voxels along one axis.
struct Reach {
  std::int64_t low = 0, high = 0;  ///< what a column must compute before and after what is taken
                                   ///< from it; multiples of the pooling grid
  std::int64_t multiple = 1;       ///< where columns may begin
};

struct PlaneReach {
  Reach y, x;
};

/// `grids` per op: PlannedOp::grid(). Computed by interval propagation from the output back. With
/// blocks of one voxel, an output voxel reaches at most 31 voxels back and 34 ahead. Columns are
/// kept from one multiple of 4 to another, where it is 30 back and 34 ahead; on the pooling grid
/// that is 32 and 36. Larger blocks reach further, because rounding inside a block depends on all
/// of its inputs.
PlaneReach plane_reach(const Graph& graph, const std::vector<Extent3>& grids);

}  // namespace dfe
