// SPDX-License-Identifier: Apache-2.0
// How a tomogram is cut, see match/exact.hpp.
#include <algorithm>
#include <array>

#include "dfengine/error.hpp"
#include "kernels/fourier_transform.hpp"
#include "match/exact.hpp"
#include "match/tile.hpp"

namespace dfe::match {

AxisReach axis_reach(std::int64_t support_begin, std::int64_t support, std::int64_t box) {
  const std::int64_t centre = box / 2;
  return {centre - support_begin, support_begin + support - 1 - centre};
}

namespace {

/// Points that a transform needs so that no template sees another end of the tile than it should.
std::int64_t points_for(std::int64_t n, std::int64_t tiles, std::int64_t core, AxisReach reach,
                        Edge edge) {
  if (tiles == 1 && edge == Edge::Periodic) return n;
  const std::int64_t most = std::max(reach.before, reach.behind);
  return fast_fourier_length(tiles == 1 ? n + most : core + reach.before + reach.behind);
}

std::int64_t bytes_of(const Extent3& transform, std::int64_t planes, bool turns_mask, int threads) {
  const std::int64_t x = (transform.x + kFourierLanes - 1) / kFourierLanes * kFourierLanes,
                     y = (transform.y + kFourierLanes - 1) / kFourierLanes * kFourierLanes;
  const std::int64_t complex_plane = x * transform.y * 8 + kFourierLanes * kFourierPoint * 4;
  const std::int64_t scratch = std::max(transform.z, x) * kFourierPoint * 4;
  // Spectra of the squares and of what is valid; means, squares and shares of both masks.
  const std::int64_t spectra = turns_mask ? 4 : 2, fields = turns_mask ? 8 : 3;
  return (spectra * transform.z + planes) * complex_plane +
         4 * fields * transform.z * y * transform.x + threads * scratch;
}

}  // namespace

TilePlan plan_tiles(const Extent3& tomogram, const MatchTemplate& t, const ScoreOptions& options,
                    int threads) {
  const Box3 support = support_of(t);
  const Extent3 box = t.density.extent();
  const Edge edge = options.edge;
  const std::int64_t memory_bytes = options.compute.memory_bytes;
  const bool turns = turns_mask(t);
  const std::array<std::int64_t, 3> n{tomogram.z, tomogram.y, tomogram.x};
  const std::array<AxisReach, 3> reach{axis_reach(support.begin.z, support.extent.z, box.z),
                                       axis_reach(support.begin.y, support.extent.y, box.y),
                                       axis_reach(support.begin.x, support.extent.x, box.x)};
  std::array<std::int64_t, 3> tiles{1, 1, 1}, core = n, points{};
  for (;;) {
    for (std::size_t a = 0; a < 3; ++a) {
      core[a] = (n[a] + tiles[a] - 1) / tiles[a];
      points[a] = points_for(n[a], tiles[a], core[a], reach[a], edge);
    }
    const Extent3 transform{points[0], points[1], points[2]};
    const std::int64_t bytes = bytes_of(transform, support.extent.z, turns, threads);
    if (memory_bytes == 0 || bytes <= memory_bytes)
      return {{tiles[0], tiles[1], tiles[2]}, {core[0], core[1], core[2]}, transform, bytes};
    const auto longest =
        static_cast<std::size_t>(std::max_element(core.begin(), core.end()) - core.begin());
    if (core[longest] <= 8)
      throw Error(ErrorKind::Usage, "match", "--memory",
                  std::to_string(memory_bytes / 1000000) + " MB are too few for this template",
                  "at least " + std::to_string(bytes / 1000000 + 1) + " MB are needed");
    ++tiles[longest];
  }
}

}  // namespace dfe::match
