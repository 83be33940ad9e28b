// SPDX-License-Identifier: Apache-2.0
// How much wider than its kept part a column must be. Intervals are propagated from the output back
// through every op, and rounded to whole blocks on the way. See docs/design/engine.md, "Why
// streaming is exact, and what it costs".
#include "engine/reach.hpp"

#include <algorithm>
#include <numeric>

#include "layers/op_facts.hpp"

namespace dfe {
namespace {

std::int64_t round_down(std::int64_t n, std::int64_t unit) {
  return (n >= 0 ? n / unit : -((-n + unit - 1) / unit)) * unit;
}
std::int64_t round_up(std::int64_t n, std::int64_t unit) { return -round_down(-n, unit); }

/// The voxels of the input that the output's voxels `wanted` depend on.
PlaneRange seen(const Graph& graph, const std::vector<std::int64_t>& blocks, Axis axis,
                const PlaneRange& wanted) {
  constexpr std::int64_t kNothing = std::int64_t{1} << 40;
  std::vector<PlaneRange> needed(graph.tensors.size(), {kNothing, -kNothing});
  for (std::size_t i = graph.ops.size(); i-- > 0;) {
    const OpNode& node = graph.ops[i];
    PlaneRange y = node.output < 0 ? wanted : needed[static_cast<std::size_t>(node.output)];
    y = {round_down(y.begin, blocks[i]), round_up(y.end, blocks[i])};
    const PlaneRange x = input_range(node.op, axis, y);
    for (const int input : node.inputs) {
      PlaneRange& range = needed[static_cast<std::size_t>(input)];
      range = {std::min(range.begin, x.begin), std::max(range.end, x.end)};
    }
  }
  return needed[0];
}

Reach axis_reach(const Graph& graph, const std::vector<std::int64_t>& blocks, Axis axis) {
  const std::int64_t pooling_grid = std::int64_t{1} << graph.levels;
  Reach reach;
  reach.multiple = pooling_grid;
  for (std::size_t i = 0; i < graph.ops.size(); ++i)
    if (const int y = graph.ops[i].output; y >= 0)
      reach.multiple =
          std::lcm(reach.multiple, blocks[i] << graph.tensors[static_cast<std::size_t>(y)].level);

  // a column begins where blocks do, but ends anywhere on the pooling grid
  const std::int64_t far = 64 * reach.multiple;
  while (seen(graph, blocks, axis, {reach.low, far}).begin < 0) reach.low += pooling_grid;
  for (std::int64_t end = far; end < far + reach.multiple; ++end)
    reach.high =
        std::max(reach.high, round_up(seen(graph, blocks, axis, {0, end}).end - end, pooling_grid));
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
