// SPDX-License-Identifier: Apache-2.0
// The optimal one-to-one assignment of predictions to true particles.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluate/neighbours.hpp"

namespace dfe {

/// For every true particle the index into `pairs` of its partner's pair, or -1: as many pairs as
/// possible, and of those choices the least total distance. Exact. Works on each connected
/// component of the graph by itself, since components are small where the reach is about a
/// particle's size. Throws `Error` where a component is so large and dense that it would take
/// hours. Cost: for each particle one shortest path search within its component. Source: Jonker and
/// Volgenant, Computing 38 (1987), augmenting by shortest paths, on a sparse graph.
std::vector<std::int64_t> assign_one_to_one(const std::vector<Neighbours>& pairs, std::size_t truth,
                                            std::size_t predicted);

}  // namespace dfe
