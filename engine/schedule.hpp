// SPDX-License-Identifier: Apache-2.0
// The slab schedule: in which order ops compute which planes, so that the whole volume streams
// through the network along z, every plane of every tensor is computed once, and as few planes as
// possible wait in memory. Pure geometry: extents in, steps out.
#pragma once

#include <vector>

#include "engine/graph.hpp"
#include "layers/op_facts.hpp"

namespace dfe {

/// Op `op` computes its output planes [begin, end). Op -1 is the reader: planes of the network's
/// input. Op kSlide moves the planes [begin, end) of `tensor` to the first slots of its buffer.
struct Step {
  int op = -1;
  std::int64_t begin = 0, end = 0;
  int tensor = -1;
};
constexpr int kSlide = -2;

struct Schedule {
  std::vector<Step> steps;
  std::vector<std::int64_t> capacity;  ///< per tensor: planes that its rolling buffer must hold
};

/// Planes that an op computes at once: its steps end where z + phase is a multiple of `size`, or at
/// the end of the tensor.
struct PlaneGroup {
  std::int64_t size = 1, phase = 0;
};

/// `depth` is the padded number of planes at full resolution (a multiple of 2^levels, at least
/// that); `slab_planes` (from 1 up) how many planes a step computes at full resolution,
/// proportionally fewer below. `groups` says for each op which planes it computes at once
/// (PlannedOp::grid().z). Deepest op first: whatever can be finished is finished before anything
/// new is begun. `contiguous`: buffers do not roll but slide, so that all their planes lie one
/// behind the other; they have room to slide rarely, at most one plane moved for each that is made,
/// mostly far fewer.
Schedule plan_schedule(const Graph& graph, std::int64_t depth, std::int64_t slab_planes,
                       const std::vector<PlaneGroup>& groups, bool contiguous = false);

}  // namespace dfe
