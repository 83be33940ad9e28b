// SPDX-License-Identifier: Apache-2.0
// Chooses slab height and columns so that a run fits its memory budget with the least work.
#pragma once

#include <memory>

#include "dfengine/segment.hpp"
#include "engine/network.hpp"

namespace dfe {

/// The graph that these weights belong to; `first_skip` as in DeepFinderSpec.
Graph graph_of(const Weights& weights, FirstSkip first_skip = FirstSkip::Keep);

struct PlannedNetwork {
  std::unique_ptr<Network> network;
  SegmentPlan plan;
};

/// The network, with its first skip connection kept or computed twice, whichever is less work
/// within the budget. Throws a usage `Error` where nothing fits, naming the least that would.
PlannedNetwork plan_network(const VolumeSource& tomogram, const Weights& weights, Backend& backend,
                            const SegmentOptions& options, bool with_scores);

/// Has the tomogram's voxels stay on the GPU where it has room for them beside the planned run:
/// then the file is read once, not once for the statistics and once for each column. Never changes
/// the result.
void plan_voxels(SegmentPlan& plan, const VolumeSource& tomogram, const Backend& backend,
                 Normalization normalization);

/// Planned around a network that exists already. Throws a usage `Error` where nothing fits, naming
/// the least that would.
SegmentPlan plan_segment(const VolumeSource& tomogram, const Network& network,
                         const SegmentOptions& options, bool with_scores);

}  // namespace dfe
