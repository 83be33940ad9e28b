// SPDX-License-Identifier: Apache-2.0
// Properties of the slab schedule, checked by replaying it step by step for many depths, slab
// heights and widths of the network: every plane of every tensor exactly once and in order, inputs
// there before they are read and not yet overwritten, buffers no larger than used.
#include "engine/schedule.hpp"

#include <numeric>

#include "engine/reach.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

/// Up to `size` planes at a time for convolutions and up-convolutions, as minimal filtering wants,
/// in the graph's phases or none.
std::vector<PlaneGroup> groups_of(const Graph& graph, std::int64_t size, bool phases = false) {
  std::vector<PlaneGroup> groups;
  for (const OpNode& node : graph.ops) {
    const auto* const conv = std::get_if<Conv3dDesc>(&node.op);
    const std::int64_t most = conv                                          ? conv->planes_at_once
                              : std::holds_alternative<UpConvDesc>(node.op) ? 2
                                                                            : 1;
    const std::int64_t planes = std::min(size, most);
    groups.push_back({planes, conv && phases ? conv->plane_phase % planes : 0});
  }
  return groups;
}

/// Follows a schedule as the executable would, and reports the first broken property.
class Replay {
 public:
  Replay(const Graph& graph, const Schedule& schedule, std::int64_t depth)
      : graph_(graph),
        schedule_(schedule),
        depth_(depth),
        slots_(graph.tensors.size()),
        produced_(graph.tensors.size(), 0) {
    for (std::size_t t = 0; t < slots_.size(); ++t)
      slots_[t].assign(static_cast<std::size_t>(schedule.capacity[t]), -1);
  }

  std::string run() {
    std::int64_t written = 0;
    for (const Step& step : schedule_.steps) {
      if (step.end <= step.begin) return "empty step";
      if (step.op < 0) {
        if (std::string error = produce(0, step.begin, step.end); !error.empty()) return error;
        continue;
      }
      const OpNode& node = graph_.ops[static_cast<std::size_t>(step.op)];
      if (std::string error = check_inputs(node, step); !error.empty()) return error;
      if (node.output >= 0) {
        if (std::string error = produce(node.output, step.begin, step.end); !error.empty())
          return error;
        // the inputs must also survive the writing of the output: a buffer is never its own input
        // here, but check anyway
        if (std::string error = check_inputs(node, step); !error.empty()) return error;
      } else {
        if (step.begin != written) return "head out of order";
        written = step.end;
      }
    }
    if (written != depth_) return "head stops at plane " + std::to_string(written);
    for (std::size_t t = 0; t < produced_.size(); ++t) {
      if (produced_[t] != depth_ >> graph_.tensors[t].level)
        return graph_.tensors[t].name + " incomplete";
      if (schedule_.capacity[t] > produced_[t])
        return graph_.tensors[t].name + " has a buffer larger than itself";
    }
    return {};
  }

 private:
  std::string check_inputs(const OpNode& node, const Step& step) {
    for (const int x : node.inputs) {
      const std::size_t t = static_cast<std::size_t>(x);
      const PlaneRange need =
          input_planes(node.op, {step.begin, step.end}, depth_ >> graph_.tensors[t].level);
      for (std::int64_t z = need.begin; z < need.end; ++z)
        if (slots_[t][static_cast<std::size_t>(z % schedule_.capacity[t])] != z)
          return node.name + " reads plane " + std::to_string(z) + " of " + graph_.tensors[t].name +
                 ", which is not in memory";
    }
    return {};
  }

  std::string produce(int tensor, std::int64_t begin, std::int64_t end) {
    const std::size_t t = static_cast<std::size_t>(tensor);
    if (begin != produced_[t]) return graph_.tensors[t].name + " out of order";
    for (std::int64_t z = begin; z < end; ++z)
      slots_[t][static_cast<std::size_t>(z % schedule_.capacity[t])] = z;
    produced_[t] = end;
    return {};
  }

  const Graph& graph_;
  const Schedule& schedule_;
  std::int64_t depth_;
  std::vector<std::vector<std::int64_t>> slots_;  // which plane lies in each slot
  std::vector<std::int64_t> produced_;
};

}  // namespace

TEST_CASE("schedules are right for every depth and slab height") {
  const FirstSkip first_skip = GENERATE(FirstSkip::Keep, FirstSkip::Recompute, FirstSkip::Half);
  INFO("first skip " << static_cast<int>(first_skip));
  const Graph graph = deepfinder_graph({.first_skip = first_skip});
  for (std::int64_t depth = 4; depth <= 148; depth += 4)
    for (const std::int64_t slab : {1, 2, 3, 4, 5, 7, 8, 16, 31, 64, 200}) {
      for (const std::int64_t size : {1, 2, 4})
        for (const bool phases : {false, true}) {
          INFO("depth " << depth << ", slab " << slab << ", groups of " << size << ", phases "
                        << phases);
          const std::vector<PlaneGroup> groups = groups_of(graph, size, phases);
          const Schedule schedule = plan_schedule(graph, depth, slab, groups);
          const std::string flaw = Replay(graph, schedule, depth).run();
          INFO(flaw);
          CHECK(flaw.empty());
          for (const Step& step : schedule.steps) {
            if (step.op < 0 || step.begin == 0) continue;
            const PlaneGroup& group = groups[static_cast<std::size_t>(step.op)];
            REQUIRE((step.begin + group.phase) % group.size == 0);
          }
        }
    }
}

TEST_CASE("the replay finds a schedule with one plane too few") {
  // the test of the test: every buffer that waits for something is needed whole
  const Graph graph = deepfinder_graph({});
  const Schedule good = plan_schedule(graph, 96, 1, groups_of(graph, 1));
  for (std::size_t t = 0; t < good.capacity.size(); ++t) {
    Schedule bad = good;
    if (--bad.capacity[t] == 0) continue;
    INFO(graph.tensors[t].name);
    CHECK_FALSE(Replay(graph, bad, 96).run().empty());
  }
}

TEST_CASE("buffers stop growing with depth, and grow with the slab") {
  const Graph graph = deepfinder_graph({});
  const std::vector<PlaneGroup> one = groups_of(graph, 1);
  CHECK(plan_schedule(graph, 464, 4, one).capacity == plan_schedule(graph, 928, 4, one).capacity);
  const Schedule low = plan_schedule(graph, 464, 1, one), high = plan_schedule(graph, 464, 16, one);
  for (std::size_t t = 0; t < low.capacity.size(); ++t) CHECK(low.capacity[t] <= high.capacity[t]);
  // The first skip waits for everything below: an output voxel sees 34 planes ahead at the input,
  // 32 of them at the skip and 1 more in conv13; with one plane a step nothing else is kept.
  std::size_t skip = 0;
  while (graph.tensors[skip].name != "conv2") ++skip;
  CHECK(low.capacity[skip] <= 40);
  CHECK(low.capacity[skip] >= 32);
}

TEST_CASE("a skip that is computed again hardly waits") {
  const Graph kept = deepfinder_graph({}),
              again = deepfinder_graph({.first_skip = FirstSkip::Recompute});
  CHECK(again.parameters() == kept.parameters());
  const Schedule schedule = plan_schedule(again, 464, 1, groups_of(again, 2, true));
  std::int64_t full_resolution = 0;  // planes of 32 and more channels that wait at full resolution
  for (std::size_t t = 0; t < again.tensors.size(); ++t)
    if (again.tensors[t].level == 0 && again.tensors[t].channels > 1) {
      INFO(again.tensors[t].name);
      CHECK(schedule.capacity[t] <= 4);
      full_resolution += schedule.capacity[t];
    }
  CHECK(full_resolution <= 24);  // the kept skip alone takes 40
}

TEST_CASE(
    "the graph's phases let groups of planes wait for one plane, and skips wait no longer for four "
    "than for two") {
  const Graph graph = deepfinder_graph({});
  const auto capacities = [&](std::int64_t size, bool phases) {
    return plan_schedule(graph, 464, 1, groups_of(graph, size, phases)).capacity;
  };
  for (const std::int64_t size : {2, 4}) {
    const std::vector<std::int64_t> alternating = capacities(size, true),
                                    all_even = capacities(size, false);
    CHECK(std::accumulate(alternating.begin(), alternating.end(), 0L) <
          std::accumulate(all_even.begin(), all_even.end(), 0L));
  }
  for (std::size_t t = 0; t < graph.tensors.size(); ++t)
    if (graph.tensors[t].name == "conv2" || graph.tensors[t].name == "conv4")
      CHECK(capacities(4, true)[t] == capacities(2, true)[t]);
  // patches that are there at once need no phases
  for (const OpNode& node : deepfinder_graph({.streamed = false}).ops)
    if (const auto* const conv = std::get_if<Conv3dDesc>(&node.op)) CHECK(conv->plane_phase == 0);
}

TEST_CASE("schedules refuse depths off the pooling grid and slabs below 1") {
  const Graph graph = deepfinder_graph({});
  CHECK_THROWS_AS(plan_schedule(graph, 6, 1, groups_of(graph, 1)), Error);
  CHECK_THROWS_AS(plan_schedule(graph, 0, 1, groups_of(graph, 1)), Error);
  CHECK_THROWS_AS(plan_schedule(graph, 8, 0, groups_of(graph, 1)), Error);
}

TEST_CASE("the halo of a column is the published receptive field") {
  // Source: interval propagation through the released network. An output at a multiple of 4 sees 30
  // voxels back, the one before a multiple of 4 sees 34 ahead; both rounded up to the pooling grid.
  const Graph graph = deepfinder_graph({});
  const PlaneReach reach = plane_reach(graph, std::vector<Extent3>(graph.ops.size(), {1, 1, 1}));
  for (const Reach& axis : {reach.y, reach.x}) {
    CHECK(axis.low == 32);
    CHECK(axis.high == 36);
    CHECK(axis.multiple == 4);
  }
}

TEST_CASE("the network has the published number of parameters and FLOP") {
  // Source: 902,928 + 33·classes at the default widths; 193,584 multiply-adds per voxel for 13
  // classes.
  for (const std::int64_t classes : {2, 3, 10, 13})
    CHECK(deepfinder_graph({.classes = classes}).parameters() == 902928 + 33 * classes);
  const Graph graph = deepfinder_graph({.classes = 13});
  CHECK(graph.flop({64, 64, 64}) == 2.0 * 193584 * 64 * 64 * 64);
  CHECK_THROWS_AS(deepfinder_graph({.classes = 1}), Error);
  CHECK_THROWS_AS(deepfinder_graph({.widths = {32, 1, 64}}), Error);
}
