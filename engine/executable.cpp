// SPDX-License-Identifier: Apache-2.0
#include "engine/executable.hpp"

#include <algorithm>

namespace dfe {

Executable::Executable(const Network& network, const Extent3& extent, std::int64_t slab_planes, bool with_scores)
    : network_(&network),
      extent_(extent),
      with_scores_(with_scores),
      schedule_(plan_schedule(network.graph(), extent.z, slab_planes, network.plane_groups())),
      memory_(plan_memory(network.graph(), schedule_, network.backend(), extent, slab_planes, with_scores)),
      arena_(memory_.arena_bytes),
      buffers_(memory_.buffers) {
  for (std::size_t t = 0; t < buffers_.size(); ++t) buffers_[t].data = arena_.data() + memory_.offsets[t];
  for (const OpNode& node : network.graph().ops) {
    std::vector<PlaneBuffer> inputs;
    for (const int x : node.inputs) inputs.push_back(buffers_[static_cast<std::size_t>(x)]);
    op_inputs_.push_back(std::move(inputs));
  }
  const std::size_t plane = static_cast<std::size_t>(extent.y * extent.x);
  const std::size_t slab = static_cast<std::size_t>(std::min(slab_planes, extent.z));
  input_plane_.resize(plane);
  labels_.resize(slab * plane);
  if (with_scores) scores_.resize(slab * plane * static_cast<std::size_t>(network.graph().head().classes));
}

void Executable::run(const ReadPlane& read, const WritePlanes& write, const Progress& progress) {
  const int head = static_cast<int>(network_->graph().ops.size()) - 1;
  for (const Step& step : schedule_.steps) {
    if (step.op < 0) {
      for (std::int64_t z = step.begin; z < step.end; ++z) {
        read(z, input_plane_.data());
        network_->backend().store_plane(buffers_[0], z, input_plane_.data());
      }
    } else if (step.op < head) {
      const OpNode& node = network_->graph().ops[static_cast<std::size_t>(step.op)];
      network_->op(step.op).run(buffers_[static_cast<std::size_t>(node.output)], op_inputs_[static_cast<std::size_t>(step.op)], step.begin,
                                step.end);
    } else {
      float* const scores = with_scores_ ? scores_.data() : nullptr;
      network_->head().run({labels_.data(), scores}, op_inputs_.back()[0], step.begin, step.end);
      write(step.begin, step.end, labels_.data(), scores);
      if (progress) progress(step.end);
    }
  }
}

}  // namespace dfe
