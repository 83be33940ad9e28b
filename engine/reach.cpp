// SPDX-License-Identifier: Apache-2.0
#include "engine/reach.hpp"

#include <algorithm>
#include <numeric>

#include "layers/op_facts.hpp"

namespace dfe {
namespace {

std::int64_t round_down(std::int64_t n, std::int64_t unit) { return (n >= 0 ? n / unit : -((-n + unit - 1) / unit)) * unit; }
std::int64_t round_up(std::int64_t n, std::int64_t unit) { return -round_down(-n, unit); }

Reach axis_reach(const Graph& graph, const std::vector<std::int64_t>& blocks, Axis axis) {
  const auto level_of = [&](int tensor) { return graph.tensors[static_cast<std::size_t>(tensor)].level; };
  Reach reach;
  reach.multiple = std::int64_t{1} << graph.levels;
  for (std::size_t i = 0; i < graph.ops.size(); ++i)
    if (graph.ops[i].output >= 0) reach.multiple = std::lcm(reach.multiple, blocks[i] << level_of(graph.ops[i].output));

  // What is wanted is [0, length), both ends on the grid of every op; needed[t] is what that takes of tensor t.
  const std::int64_t length = 64 * reach.multiple;
  constexpr std::int64_t kNothing = std::int64_t{1} << 40;
  std::vector<PlaneRange> needed(graph.tensors.size(), {kNothing, -kNothing});
  for (std::size_t i = graph.ops.size(); i-- > 0;) {
    const OpNode& node = graph.ops[i];
    PlaneRange y = node.output < 0 ? PlaneRange{0, length} : needed[static_cast<std::size_t>(node.output)];
    y = {round_down(y.begin, blocks[i]), round_up(y.end, blocks[i])};
    const PlaneRange x = input_range(node.op, axis, y);
    for (const int input : node.inputs) {
      PlaneRange& range = needed[static_cast<std::size_t>(input)];
      range = {std::min(range.begin, x.begin), std::max(range.end, x.end)};
    }
  }
  reach.low = round_up(-needed[0].begin, reach.multiple);
  reach.high = round_up(needed[0].end - length, reach.multiple);
  return reach;
}

}  // namespace

PlaneReach plane_reach(const Graph& graph, const std::vector<Extent3>& grids) {
  std::vector<std::int64_t> rows, columns;
  for (const Extent3& grid : grids) {
    rows.push_back(grid.y);
    columns.push_back(grid.x);
  }
  return {axis_reach(graph, rows, Axis::Y), axis_reach(graph, columns, Axis::X)};
}

}  // namespace dfe
