// SPDX-License-Identifier: Apache-2.0
// How fast one op of a network is, on any backend.
#pragma once

#include <cstdint>
#include <string>

#include "engine/graph.hpp"
#include "kernels/backend.hpp"

namespace dfe {

struct LayerSpeed {
  std::string kernel;
  std::int64_t planes = 0;  ///< of the result, computed at once
  double seconds = 0;       ///< of one run
  double flop = 0;          ///< as published
};

/// Runs an op on a slab inside the volume again and again, about `seconds` long and a few times
/// more. `plane` holds H and W of the network's input, of which a slab has `planes`. `weights` may
/// be null for ops without.
LayerSpeed layer_speed(Backend& backend, const OpNode& node, const Graph& graph,
                       const LayerWeights* weights, const Extent3& plane, std::int64_t planes,
                       double seconds);

}  // namespace dfe
