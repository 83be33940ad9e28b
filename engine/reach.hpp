// SPDX-License-Identifier: Apache-2.0
// How far an output voxel sees within its plane, blocks of outputs that are computed together
// included: the halo of a column.
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
/// blocks of one voxel the network sees 30 back from a multiple of 4 and 34 ahead of the voxel
/// before one: 32 and 36. Blocks of several reach further, because rounding inside a block depends
/// on all of its inputs.
PlaneReach plane_reach(const Graph& graph, const std::vector<Extent3>& grids);

}  // namespace dfe
