// SPDX-License-Identifier: Apache-2.0
// The arithmetic of mean shift that the CPU and a GPU share, so that both decide alike to the last
// bit: what a ball holds, when a climb ends, which cells hold the centres near a place. It must be
// compiled without contraction of a*b+c.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/voxel_edges.hpp"
#include "dfengine/extent.hpp"
#include "kernels/common/element.hpp"

namespace dfe {

/// Number of points and the sums of their coordinates.
struct PointSum {
  std::int64_t count = 0, z = 0, y = 0, x = 0;

  DFE_HOST_DEVICE Point3 mean() const {
    const double n = static_cast<double>(count);
    return {static_cast<double>(z) / n, static_cast<double>(y) / n, static_cast<double>(x) / n};
  }
};

/// Where a climb ended, and how many voxels the last ball held.
struct Mode {
  Point3 position;
  std::int64_t neighbours = 0;
};

/// The radius of mean shift, and the unit in which it is measured: edges of a voxel along x.
/// Positions are in voxels throughout, so the ball of the radius is an ellipsoid where the edges
/// differ.
struct Bandwidth {
  double radius = 0;
  VoxelEdges edges;
  Point3 along;  ///< the radius along z, y, x in voxels

  /// A number alone is a radius in cubic voxels.
  DFE_HOST_DEVICE Bandwidth(double r = 0, VoxelEdges e = {})
      : radius(r), edges(e), along(voxels(r)) {}

  /// Squared length of a difference of positions, added up in the order z, y, x as scikit-learn's
  /// KDTree does, so that ties round alike.
  DFE_HOST_DEVICE double squared(double dz, double dy, double dx) const {
    const double along_z = edges.z * dz, along_y = edges.y * dy;
    return along_z * along_z + along_y * along_y + dx * dx;
  }
  DFE_HOST_DEVICE double squared_distance(const Point3& a, double z, double y, double x) const {
    return squared(a.z - z, a.y - y, a.x - x);
  }

  /// So long is a length along z, y and x in voxels.
  DFE_HOST_DEVICE Point3 voxels(double length) const {
    return {length / edges.z, length / edges.y, length};
  }

  /// Whether no cell of this edge holds two voxels.
  bool cells_hold_one_voxel() const {
    return radius <= 1 && radius <= edges.z && radius <= edges.y;
  }
};

constexpr int kMaxIterations = 300;
constexpr double kStopFraction = 1e-3;  // of the radius

/// Moves a seed to the mean of its ball until it moves by less than radius/1000, at most 300 times
/// again. `ball(centre)` gives the PointSum of the voxels within the radius. `neighbours` is 0
/// where the seed's ball is empty.
template <class Ball>
DFE_HOST_DEVICE Mode climb_by(const Ball& ball, const Point3& seed, const Bandwidth& bandwidth) {
  Mode mode{seed, 0};
  for (int iteration = 0;; ++iteration) {
    const PointSum sum = ball(mode.position);
    mode.neighbours = sum.count;
    if (sum.count == 0) return mode;
    const Point3 from = mode.position;
    mode.position = sum.mean();
    const double moved =
        std::sqrt(bandwidth.squared_distance(mode.position, from.z, from.y, from.x));
    if (moved < kStopFraction * bandwidth.radius || iteration == kMaxIterations) return mode;
  }
}

/// Places [begin, end) of an axis of `size`, cut a little wide: those within `reach` of `centre`
/// are among them.
struct AxisReach {
  std::int64_t begin, end;
};
DFE_HOST_DEVICE inline AxisReach axis_reach(double centre, double reach, std::int64_t size) {
  constexpr double kSlack = 1e-6;  // `reach` may be a rounded quotient
  const double low = centre - reach, high = centre + reach + 1 + kSlack;
  const auto begin = static_cast<std::int64_t>(low > 0 ? low : 0),
             end = static_cast<std::int64_t>(high > 0 ? high : 0);
  return {begin, end < size ? end : size};
}

/// The voxels `first` to `last` of a row, or none where first > last.
struct RowReach {
  std::int32_t first, last;
};

/// The voxels x of a row of `size` < 2^31 with base + (centre - x)² <= limit, computed in this
/// order; base holds (centre_z - z)² + (centre_y - y)². Always inlined: disc.cpp compiles it for
/// several instruction sets.
[[gnu::always_inline]] DFE_HOST_DEVICE inline RowReach reach_row(double base, double centre,
                                                                 double limit, double size) {
  // The square root guesses, a little wide; the comparison that defines the ball then takes off at
  // most one at each end.
  constexpr double kSlack = 1e-6;
  const double inside = limit - base, half = std::sqrt(inside > 0.0 ? inside : 0.0) + kSlack;
  double low = centre - half + 1, high = centre + half + 1;  // truncation is floor from 0 on
  low = low > 0.0 ? low : 0.0;
  high = high > 0.0 ? high : 0.0;
  const auto first = static_cast<std::int32_t>(low < size ? low : size),
             last = static_cast<std::int32_t>(high < size ? high : size) - 1;
  const double to_first = centre - first, to_last = centre - last;
  return {first + (base + to_first * to_first > limit ? 1 : 0),
          last - (base + to_last * to_last > limit ? 1 : 0)};
}

/// Points sorted into less than 2^31 cubic cells: those of cell c, numbered along z, y, x, are
/// order[starts[c]] to before order[starts[c + 1]].
struct PointGridView {
  double inverse_edge = 1;
  std::int32_t cells_z = 0, cells_y = 0, cells_x = 0;
  const std::uint32_t* starts = nullptr;
  const std::uint32_t* order = nullptr;

  DFE_HOST_DEVICE std::int32_t cell(double at, std::int32_t count) const {
    const double c = at * inverse_edge;
    return !(c > 0) ? 0 : c >= count ? count - 1 : static_cast<std::int32_t>(c);
  }

  /// Calls visit(index) for every point in the cells that the box touches: all points inside the
  /// box and some around it.
  template <class Visit>
  DFE_HOST_DEVICE void visit_box(const Point3& low, const Point3& high, Visit&& visit) const {
    const std::int32_t z0 = cell(low.z, cells_z), z1 = cell(high.z, cells_z);
    const std::int32_t y0 = cell(low.y, cells_y), y1 = cell(high.y, cells_y);
    const std::int32_t x0 = cell(low.x, cells_x), x1 = cell(high.x, cells_x);
    for (std::int32_t z = z0; z <= z1; ++z)
      for (std::int32_t y = y0; y <= y1; ++y) {
        const std::int32_t row =
            (z * cells_y + y) *
            cells_x;  // the cells of a row follow each other, and so do their points
        const std::uint32_t last = starts[row + x1 + 1];
        for (std::uint32_t k = starts[row + x0]; k < last; ++k) visit(order[k]);
      }
  }
};

}  // namespace dfe
