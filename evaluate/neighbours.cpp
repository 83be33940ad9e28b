// SPDX-License-Identifier: Apache-2.0
// Neighbour search by sorting the predictions into cells of the longest reach: the neighbours of a
// particle lie in 9 rows of 3 cells.
#include "evaluate/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "core/voxel_edges.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr std::size_t kMostPairs = 20'000'000;

struct Cell {
  std::int64_t z, y, x;
  friend bool operator<(const Cell& a, const Cell& b) {
    return std::tie(a.z, a.y, a.x) < std::tie(b.z, b.y, b.x);
  }
};

/// Of the reaches in Å, ones where there are none.
VoxelEdges edges_of_all(const std::vector<Point3>& reach) {
  for (const Point3& r : reach)
    if (r.z != r.x || r.y != r.x) return edges_of(r);
  return {};
}

double distance_of(const Point3& a, const Point3& b, const VoxelEdges& edges) {
  return std::hypot(edges.z * (b.z - a.z), edges.y * (b.y - a.y), b.x - a.x);
}

struct Entry {
  Cell cell;
  std::int32_t index;
};

}  // namespace

std::vector<Neighbours> find_neighbours(const std::vector<Particle>& truth,
                                        const std::vector<Particle>& predicted,
                                        const std::vector<Point3>& reach, bool inclusive) {
  std::vector<Neighbours> pairs;
  if (truth.empty() || predicted.empty()) return pairs;
  double edge = 1;
  for (const Point3& r : reach) edge = std::max({edge, r.z, r.y, r.x});
  const VoxelEdges edges = edges_of_all(reach);
  const auto cell_of = [&](const Point3& p) {
    const auto along = [&](double value) {
      return static_cast<std::int64_t>(std::floor(value / edge));
    };
    return Cell{along(p.z), along(p.y), along(p.x)};
  };
  std::vector<Entry> entries;
  entries.reserve(predicted.size());
  for (std::size_t i = 0; i < predicted.size(); ++i)
    entries.push_back({cell_of(predicted[i].position_voxels), static_cast<std::int32_t>(i)});
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.cell < b.cell; });

  for (std::size_t t = 0; t < truth.size(); ++t) {
    const Point3& at = truth[t].position_voxels;
    const Cell home = cell_of(at);
    const VoxelEdges own = edges_of(reach[t]);
    const double longest = reach[t].x;
    const std::size_t first = pairs.size();
    for (std::int64_t z = home.z - 1; z <= home.z + 1; ++z)
      for (std::int64_t y = home.y - 1; y <= home.y + 1; ++y) {
        const Cell low{z, y, home.x - 1}, high{z, y, home.x + 1};
        auto it = std::lower_bound(entries.begin(), entries.end(), low,
                                   [](const Entry& e, const Cell& c) { return e.cell < c; });
        for (; it != entries.end() && !(high < it->cell); ++it) {
          const Point3& p = predicted[static_cast<std::size_t>(it->index)].position_voxels;
          const double away = distance_of(at, p, own);
          if (away < longest || (inclusive && away == longest))
            pairs.push_back({static_cast<std::int32_t>(t), it->index, distance_of(at, p, edges)});
        }
      }
    if (pairs.size() > kMostPairs)
      throw Error(
          "evaluate", "--distance",
          "more than " + std::to_string(kMostPairs) + " pairs of particles are within the distance",
          "choose a distance of about a particle's radius");
    std::sort(pairs.begin() + static_cast<std::ptrdiff_t>(first), pairs.end(),
              [](const Neighbours& a, const Neighbours& b) { return a.predicted < b.predicted; });
  }
  return pairs;
}

}  // namespace dfe
