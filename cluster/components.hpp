// SPDX-License-Identifier: Apache-2.0
// Connected components of equal labels, faces, edges and corners touching (26 neighbours). One pass
// over the planes: a row is a list of runs, runs that touch are united, and only two planes of runs
// are kept.
#pragma once

#include <vector>

#include "cluster/pick_list.hpp"
#include "core/parallel.hpp"

namespace dfe {

class ProgressShare;

/// The components, largest first, then by centroid (z, y, x), then in memory order. `scores` may be
/// null.
std::vector<Cluster> connected_components(ThreadPool& pool, VolumeView<const std::uint8_t> labels,
                                          const ScoreLookup* scores, ProgressShare& progress);

/// The memory it takes in bytes, where runs and components have 8 voxels on average; noise takes
/// more.
std::int64_t connected_components_bytes(const Extent3& extent, int threads,
                                        std::int64_t foreground_voxels, bool has_scores);

}  // namespace dfe
