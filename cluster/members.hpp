// SPDX-License-Identifier: Apache-2.0
// From mean-shift centres to clusters: who belongs to which, the vote on the class, the score. All
// sums are whole numbers added atomically: the same for any number of threads.
#pragma once

#include <vector>

#include "cluster/pick_list.hpp"
#include "cluster/voxel_steps.hpp"

namespace dfe {

/// One cluster per mode, in their order; `nearest` was made from the same modes, `taken` are the
/// labels of the voxels. Every cluster gets its members' sums and its class by majority over their
/// labels.
std::vector<Cluster> gather_members(VoxelSteps& steps, const LabelSet& taken,
                                    const std::vector<Mode>& modes, const NearestCentre& nearest,
                                    ProgressShare& progress);

/// Fills `score_sum`: one pass over the score maps of the classes that won a cluster, and over the
/// planes that hold such voxels.
void add_scores(ThreadPool& pool, VolumeView<const std::uint8_t> labels, const ScoreLookup& scores,
                const NearestCentre& nearest, std::vector<Cluster>& clusters,
                ProgressShare& progress);

/// An upper bound of the memory of both for so many clusters and classes, in bytes.
std::int64_t members_bytes(const Extent3& extent, std::int64_t clusters, std::int64_t classes,
                           bool has_scores);

}  // namespace dfe
