// SPDX-License-Identifier: Apache-2.0
// Simulates a run to find its order. Planner keeps the progress of each op and tensor, always takes
// the deepest op that can run, and reads another slab only when none can. A first pass finds how
// many planes each buffer must hold. If buffers slide, a second pass with these capacities adds the
// moves. See docs/design/engine.md, "The path" and "Why streaming is exact, and what it costs".
#include "engine/schedule.hpp"

#include <algorithm>
#include <utility>

#include "dfengine/error.hpp"

namespace dfe {
namespace {

/// Where every op and tensor stands while the schedule is made.
class Planner {
 public:
  Planner(const Graph& graph, std::int64_t depth, std::int64_t slab_planes,
          const std::vector<PlaneGroup>& groups)
      : graph_(graph), depth_(depth), slab_(slab_planes), groups_(groups) {
    produced_.assign(graph.tensors.size(), 0);
    done_.assign(graph.ops.size(), 0);
    schedule_.capacity.assign(graph.tensors.size(), 0);
    most_kept_.assign(graph.tensors.size(), 0);
  }

  /// Capacities are given, and buffers slide.
  void slide_in(const std::vector<std::int64_t>& capacity) {
    schedule_.capacity = capacity;
    base_.assign(graph_.tensors.size(), 0);
  }

  /// Older planes that each tensor had to keep when new ones came.
  const std::vector<std::int64_t>& most_kept() const { return most_kept_; }

  Schedule plan() {
    while (done_.back() < depth_) {
      const int op = deepest_ready_op();
      if (op >= 0)
        run(op);
      else
        read();
    }
    return std::move(schedule_);
  }

 private:
  std::int64_t depth_at(int level) const { return depth_ >> level; }
  std::int64_t slab_at(int level) const { return std::max<std::int64_t>(slab_ >> level, 1); }

  const OpNode& node(int op) const { return graph_.ops[static_cast<std::size_t>(op)]; }
  int level_of(int tensor) const { return graph_.tensors[static_cast<std::size_t>(tensor)].level; }
  int output_level(const OpNode& op) const { return op.output >= 0 ? level_of(op.output) : 0; }
  std::int64_t& done(int op) { return done_[static_cast<std::size_t>(op)]; }
  std::int64_t& produced(int tensor) { return produced_[static_cast<std::size_t>(tensor)]; }

  /// What the op would compute next.
  PlaneRange next_of(int op) {
    const int level = output_level(node(op));
    const auto [size, phase] = groups_[static_cast<std::size_t>(op)];
    const std::int64_t groups = std::max(slab_at(level) / size, std::int64_t{1});
    const std::int64_t end = ((done(op) + phase) / size + groups) * size - phase;
    return {done(op), std::min(end, depth_at(level))};
  }

  /// Whether the planes of input `x` that the op needs next are there.
  bool has_input(int op, int x) {
    return input_planes(node(op).op, next_of(op), depth_at(level_of(x))).end <= produced(x);
  }

  bool finished(int op) {
    const PlaneRange y = next_of(op);
    return y.begin == y.end;
  }

  bool ready(int op) {
    if (finished(op) || !wanted(op)) return false;
    for (const int x : node(op).inputs)
      if (!has_input(op, x)) return false;
    return true;
  }

  /// Whether an op that computes on demand is asked to: a reader of its result waits for it and for
  /// nothing else.
  bool wanted(int op) {
    if (!node(op).on_demand) return true;
    for (int reader = op + 1; reader < static_cast<int>(graph_.ops.size()); ++reader) {
      const std::vector<int>& inputs = node(reader).inputs;
      const bool waits = std::count(inputs.begin(), inputs.end(), node(op).output) > 0 &&
                         !finished(reader) && !has_input(reader, node(op).output) && wanted(reader);
      if (waits && std::all_of(inputs.begin(), inputs.end(),
                               [&](int x) { return x == node(op).output || has_input(reader, x); }))
        return true;
    }
    return false;
  }

  int deepest_ready_op() {
    for (int op = static_cast<int>(graph_.ops.size()) - 1; op >= 0; --op)
      if (ready(op)) return op;
    return -1;
  }

  void run(int op) {
    const PlaneRange y = next_of(op);
    if (node(op).output >= 0) produce(node(op).output, y.end);
    schedule_.steps.push_back({op, y.begin, y.end});
    done(op) = y.end;
  }

  void read() {
    const std::int64_t begin = produced(0), end = std::min(begin + slab_, depth_);
    if (begin == end)
      throw Error("schedule", graph_.ops.back().name, "no op can run",
                  "the graph is not in running order");
    produce(0, end);
    schedule_.steps.push_back({-1, begin, end});
  }

  /// Planes up to `end` of the tensor come now; its buffer must hold them and all older ones that
  /// are still to be read.
  void produce(int tensor, std::int64_t end) {
    std::int64_t oldest = end;
    for (int op = 0; op < static_cast<int>(graph_.ops.size()); ++op)
      for (const int x : node(op).inputs)
        if (x == tensor && done(op) < depth_at(output_level(node(op))))
          oldest = std::min(
              oldest,
              input_planes(node(op).op, {done(op), done(op) + 1}, depth_at(level_of(x))).begin);
    const std::size_t t = static_cast<std::size_t>(tensor);
    const std::int64_t before = std::exchange(produced(tensor), end);
    if (base_.empty()) {
      schedule_.capacity[t] = std::max(schedule_.capacity[t], end - oldest);
      most_kept_[t] = std::max(most_kept_[t], before - oldest);
    } else if (end - base_[t] > schedule_.capacity[t]) {
      const std::int64_t kept = std::min(oldest, before);
      schedule_.steps.push_back({kSlide, kept, before, tensor});
      base_[t] = kept;
    }
  }

  const Graph& graph_;
  std::int64_t depth_, slab_;
  const std::vector<PlaneGroup>& groups_;
  std::vector<std::int64_t> produced_, done_, most_kept_;
  std::vector<std::int64_t> base_;  // empty while buffers roll
  Schedule schedule_;
};

}  // namespace

Schedule plan_schedule(const Graph& graph, std::int64_t depth, std::int64_t slab_planes,
                       const std::vector<PlaneGroup>& groups, bool contiguous) {
  const std::int64_t unit = std::int64_t{1} << graph.levels;
  if (depth < unit || depth % unit != 0)
    throw Error("schedule", std::to_string(depth),
                "depth is not a positive multiple of " + std::to_string(unit),
                "pad the volume first");
  if (slab_planes < 1)
    throw Error(ErrorKind::Usage, "schedule", std::to_string(slab_planes), "slab height below 1",
                "expected 1 or more planes");
  if (groups.size() != graph.ops.size())
    throw Error("schedule", std::to_string(groups.size()), "as many groups as ops are needed",
                "expected " + std::to_string(graph.ops.size()));
  Planner rolling(graph, depth, slab_planes, groups);
  Schedule schedule = rolling.plan();
  if (!contiguous) return schedule;
  for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
    // with room for twice what is kept, besides what comes, half a plane moves for each that is
    // made
    const std::int64_t wanted = std::max(schedule.capacity[t], 3 * rolling.most_kept()[t]);
    schedule.capacity[t] = std::min(wanted, depth >> graph.tensors[t].level);
  }
  Planner sliding(graph, depth, slab_planes, groups);
  sliding.slide_in(schedule.capacity);
  return sliding.plan();
}

}  // namespace dfe
