// SPDX-License-Identifier: Apache-2.0
// Follows the schedule: reads planes, runs ops on ranges of planes, slides buffers if the backend
// needs that, and delivers results, one slab late on a device that works while the host does. The
// constructor allocates all memory. See docs/design/engine.md, "The path".
#include "engine/executable.hpp"

#include <algorithm>

namespace dfe {

Executable::Executable(const Network& network, const Extent3& extent, std::int64_t slab_planes,
                       bool with_scores)
    : network_(&network),
      extent_(extent),
      with_scores_(with_scores),
      schedule_(plan_schedule(network.graph(), extent.z, slab_planes, network.plane_groups(),
                              network.backend().contiguous_planes())),
      memory_(plan_memory(network.graph(), schedule_, network.backend(), extent, slab_planes,
                          with_scores, network.results_in_flight())),
      arena_(network.backend().allocate(memory_.arena_bytes)),
      buffers_(memory_.buffers) {
  for (std::size_t t = 0; t < buffers_.size(); ++t)
    buffers_[t].data = arena_.data() + memory_.offsets[t];
  for (const OpNode& node : network.graph().ops) {
    std::vector<PlaneBuffer> inputs;
    for (const int x : node.inputs) inputs.push_back(buffers_[static_cast<std::size_t>(x)]);
    op_inputs_.push_back(std::move(inputs));
  }
  const std::size_t plane = static_cast<std::size_t>(extent.y * extent.x);
  const std::size_t slab = static_cast<std::size_t>(std::min(slab_planes, extent.z));
  input_plane_.resize(plane);
  const std::size_t sets = network.results_in_flight();
  labels_.assign(sets, std::vector<std::uint8_t>(slab * plane));
  scores_.resize(sets);
  if (with_scores)
    scores_.assign(sets,
                   std::vector<float>(slab * plane *
                                      static_cast<std::size_t>(network.graph().head().classes)));
  prepare();
}

Executable::~Executable() {
  try {
    while (!pending_.empty()) finish_oldest();
  } catch (...) {  // whoever left results behind has seen worse
  }
}

void Executable::prepare() {
  const int head = static_cast<int>(network_->graph().ops.size()) - 1;
  for (const Step& step : schedule_.steps) {
    if (step.op >= 0 && step.op < head)
      network_->op(step.op).prepare(
          buffers_[static_cast<std::size_t>(
              network_->graph().ops[static_cast<std::size_t>(step.op)].output)],
          op_inputs_[static_cast<std::size_t>(step.op)], step.begin, step.end);
    else if (step.op == head)
      network_->head().prepare(op_inputs_.back()[0], step.begin, step.end, with_scores_);
  }
}

void Executable::slide(const Step& step) {
  const std::size_t t = static_cast<std::size_t>(step.tensor);
  network_->backend().move_planes(buffers_[t], step.begin, step.end);
  buffers_[t].base = step.begin;
  for (std::size_t op = 0; op < op_inputs_.size(); ++op)
    for (std::size_t i = 0; i < op_inputs_[op].size(); ++i)
      if (network_->graph().ops[op].inputs[i] == step.tensor) op_inputs_[op][i].base = step.begin;
}

Executable::Pending Executable::finish_oldest() {
  const Pending done = pending_.front();
  pending_.pop_front();
  if (network_->head().in_flight() > 0) network_->head().finish();
  return done;
}

void Executable::run(const ReadPlane& read, const WritePlanes& write, const Progress& progress) {
  const StorePlane store = [&](const PlaneBuffer& x, std::int64_t z) {
    read(z, input_plane_.data());
    network_->backend().store_plane(x, z, input_plane_.data());
  };
  run(store, write, progress);
}

void Executable::run(const StorePlane& store, const WritePlanes& write, const Progress& progress) {
  while (!pending_.empty()) finish_oldest();  // of a run that was broken off
  for (PlaneBuffer& buffer : buffers_) buffer.base = 0;
  for (auto& inputs : op_inputs_)
    for (PlaneBuffer& buffer : inputs) buffer.base = 0;
  const int head = static_cast<int>(network_->graph().ops.size()) - 1;
  const auto deliver = [&] {
    const Pending done = finish_oldest();
    write(done.begin, done.end, labels_[done.set].data(),
          with_scores_ ? scores_[done.set].data() : nullptr);
    if (progress) progress(done.end);
  };
  std::size_t next_set = 0;
  for (const Step& step : schedule_.steps) {
    if (step.op == kSlide) {
      slide(step);
    } else if (step.op < 0) {
      for (std::int64_t z = step.begin; z < step.end; ++z) store(buffers_[0], z);
    } else if (step.op < head) {
      const OpNode& node = network_->graph().ops[static_cast<std::size_t>(step.op)];
      network_->op(step.op).run(buffers_[static_cast<std::size_t>(node.output)],
                                op_inputs_[static_cast<std::size_t>(step.op)], step.begin,
                                step.end);
    } else {
      if (pending_.size() == labels_.size()) deliver();
      const std::size_t set = next_set++ % labels_.size();
      network_->head().run({labels_[set].data(), with_scores_ ? scores_[set].data() : nullptr},
                           op_inputs_.back()[0], step.begin, step.end);
      pending_.push_back({step.begin, step.end, set});
      if (network_->head().in_flight() == 0) deliver();
    }
  }
  while (!pending_.empty()) deliver();
}

}  // namespace dfe
