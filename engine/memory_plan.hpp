// SPDX-License-Identifier: Apache-2.0
// Where every rolling buffer lies in the one arena. While streaming all of them are alive at once,
// so the plan is a list of offsets.
#pragma once

#include <vector>

#include "engine/schedule.hpp"
#include "kernels/backend.hpp"

namespace dfe {

struct MemoryPlan {
  std::vector<PlaneBuffer> buffers;  ///< per tensor, `data` still null
  std::vector<std::size_t> offsets;  ///< per tensor, into the arena
  std::size_t arena_bytes = 0;
  std::size_t staging_bytes =
      0;  ///< one plane of input, a slab of labels and of scores, in host memory

  std::size_t bytes() const { return arena_bytes + staging_bytes; }
};

/// `extent` is the padded extent of what streams through. `slab_planes` as given to plan_schedule.
/// `results_in_flight`: how many slabs of results the head may owe at once.
MemoryPlan plan_memory(const Graph& graph, const Schedule& schedule, const Backend& backend,
                       const Extent3& extent, std::int64_t slab_planes, bool with_scores,
                       std::size_t results_in_flight = 1);

}  // namespace dfe
