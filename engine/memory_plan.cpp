// SPDX-License-Identifier: Apache-2.0
#include "engine/memory_plan.hpp"

#include <algorithm>

namespace dfe {

MemoryPlan plan_memory(const Graph& graph, const Schedule& schedule, const Backend& backend,
                       const Extent3& extent, std::int64_t slab_planes, bool with_scores,
                       std::size_t results_in_flight) {
  constexpr std::size_t kPage = 4096;  // buffers of different tensors share no page
  MemoryPlan plan;
  for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
    const TensorNode& node = graph.tensors[t];
    PlaneBuffer buffer;
    buffer.extent = {extent.z >> node.level, extent.y >> node.level, extent.x >> node.level};
    buffer.channels = node.channels;
    buffer.capacity = schedule.capacity[t];
    buffer.plane_bytes =
        node.half ? backend.half_plane_bytes(node.channels, buffer.extent.y, buffer.extent.x)
                  : backend.plane_bytes(node.channels, buffer.extent.y, buffer.extent.x);
    plan.buffers.push_back(buffer);
    plan.offsets.push_back(plan.arena_bytes);
    const std::size_t bytes =
        static_cast<std::size_t>(buffer.capacity) * buffer.plane_bytes + backend.tail_bytes();
    plan.arena_bytes += (bytes + kPage - 1) / kPage * kPage;
  }
  const std::size_t plane = static_cast<std::size_t>(extent.y * extent.x);
  const std::size_t slab =
      static_cast<std::size_t>(std::min(slab_planes, extent.z)) * results_in_flight;
  plan.staging_bytes = plane * sizeof(float) + slab * plane;
  if (with_scores)
    plan.staging_bytes +=
        slab * plane * static_cast<std::size_t>(graph.head().classes) * sizeof(float);
  return plan;
}

}  // namespace dfe
