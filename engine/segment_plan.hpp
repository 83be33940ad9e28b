// SPDX-License-Identifier: Apache-2.0
// Chooses slab height and columns so that a run fits its memory budget with the least work.
#pragma once

#include "engine/api/segment.hpp"
#include "engine/network.hpp"

namespace dfe {

/// The graph that these weights belong to.
Graph graph_of(const Weights& weights);

/// Planned around a network that exists already. Throws a usage `Error` where nothing fits, naming the least that would.
SegmentPlan plan_segment(const VolumeSource& tomogram, const Network& network, const SegmentOptions& options, bool with_scores);

}  // namespace dfe
