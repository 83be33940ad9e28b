// SPDX-License-Identifier: Apache-2.0
// How a tomogram is cut, see match/exact.hpp.
#include <algorithm>
#include <array>

#include "dfengine/error.hpp"
#include "kernels/fourier_transform.hpp"
#include "match/exact.hpp"
#include "match/search_boxes.hpp"
#include "match/tile.hpp"

namespace dfe::match {

AxisReach axis_reach(std::int64_t support_begin, std::int64_t support, std::int64_t box) {
  const std::int64_t centre = box / 2;
  return {centre - support_begin, support_begin + support - 1 - centre};
}

namespace {

using Triple = std::array<std::int64_t, 3>;

/// Matching a voxel of a transform costs as much as preparing this share of a voxel of a template's
/// box. Every tile prepares the templates anew.
constexpr double kTemplateCost = 4;

/// Points that a transform needs so that no template sees another end of the tile than it should.
std::int64_t points_for(std::int64_t n, std::int64_t core, AxisReach reach, Edge edge) {
  const bool lone = core == n;
  if (lone && edge == Edge::Periodic) return n;
  const std::int64_t most = std::max(reach.before, reach.behind);
  return fast_fourier_length(lone ? n + most : core + reach.before + reach.behind);
}

/// What tiles of one tomogram and template have in common.
struct Layout {
  Layout(const Extent3& tomogram, const MatchTemplate& t, Edge asked_edge)
      : n{tomogram.z, tomogram.y, tomogram.x}, support(support_of(t)), edge(asked_edge) {
    const Extent3 box = t.density.extent();
    reach = {axis_reach(support.begin.z, support.extent.z, box.z),
             axis_reach(support.begin.y, support.extent.y, box.y),
             axis_reach(support.begin.x, support.extent.x, box.x)};
  }
  Extent3 transform_of(const Triple& core) const {
    const auto points = [&](std::size_t a) { return points_for(n[a], core[a], reach[a], edge); };
    return {points(0), points(1), points(2)};
  }
  /// A box, over the whole of an axis where that takes no more points: a transform of a whole axis
  /// shares the reach of the template between its ends.
  Box3 widened(const Box3& box) const {
    Triple begin{box.begin.z, box.begin.y, box.begin.x},
        size{box.extent.z, box.extent.y, box.extent.x};
    for (std::size_t a = 0; a < 3; ++a)
      if (points_for(n[a], n[a], reach[a], edge) <= points_for(n[a], size[a], reach[a], edge)) {
        begin[a] = 0;
        size[a] = n[a];
      }
    return {{begin[0], begin[1], begin[2]}, {size[0], size[1], size[2]}};
  }

  Triple n;
  Box3 support;
  Edge edge;
  std::array<AxisReach, 3> reach{};
};

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

TilePlan plan_part(const Layout& layout, const Extent3& part, bool turns, int threads,
                   std::int64_t memory_bytes) {
  const Triple size{part.z, part.y, part.x};
  Triple tiles{1, 1, 1}, core = size;
  for (;;) {
    for (std::size_t a = 0; a < 3; ++a) core[a] = (size[a] + tiles[a] - 1) / tiles[a];
    const Extent3 transform = layout.transform_of(core);
    const std::int64_t bytes = bytes_of(transform, layout.support.extent.z, turns, threads);
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

}  // namespace

TilePlan plan_tiles(const Extent3& tomogram, const MatchTemplate& t, const ScoreOptions& options,
                    int threads) {
  return plan_part(Layout(tomogram, t, options.edge), tomogram, turns_mask(t), threads,
                   options.compute.memory_bytes);
}

std::vector<SearchPart> plan_search(const Extent3& tomogram, const MatchTemplate& t,
                                    const ScoreOptions& options, int threads) {
  if (!options.searched.data) return {{{{}, tomogram}, plan_tiles(tomogram, t, options, threads)}};
  const Layout layout(tomogram, t, options.edge);
  const double templates = kTemplateCost * static_cast<double>(t.density.extent().voxels());
  const BoxCost cost = [&](const Box3& box) {
    const Extent3 e = layout.widened(box).extent;
    return static_cast<double>(layout.transform_of({e.z, e.y, e.x}).voxels()) + templates;
  };
  std::vector<SearchPart> parts;
  for (const Box3& found : search_boxes(options.searched, cost)) {
    const Box3 box = layout.widened(found);
    parts.push_back(
        {box, plan_part(layout, box.extent, turns_mask(t), threads, options.compute.memory_bytes)});
  }
  return parts;
}

}  // namespace dfe::match
