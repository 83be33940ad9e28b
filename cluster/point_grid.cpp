// SPDX-License-Identifier: Apache-2.0
#include "cluster/point_grid.hpp"

#include <algorithm>
#include <cmath>

namespace dfe {
namespace {

constexpr std::int64_t kCellsPerPoint = 4,
                       kSpareCells = 1024;  // 2^28 for the most points there can be

Extent3 cells_of(const Extent3& extent, double edge) {
  const auto along = [edge](std::int64_t size) {
    return static_cast<std::int64_t>(static_cast<double>(size) / edge) + 1;
  };
  return {along(extent.z), along(extent.y), along(extent.x)};
}

}  // namespace

PointGrid::PointGrid(const std::vector<Point3>& points, const Extent3& extent, double edge) {
  const double limit =
      static_cast<double>(kCellsPerPoint * static_cast<std::int64_t>(points.size()) + kSpareCells);
  edge = std::max(edge, 1.0);
  for (;; edge *= 1.26) {  // each step halves the number of cells
    cells_ = cells_of(extent, edge);
    if (static_cast<double>(cells_.z) * static_cast<double>(cells_.y) *
            static_cast<double>(cells_.x) <=
        limit)
      break;
  }
  inverse_edge_ = 1 / edge;

  const PointGridView grid = view();
  const auto cell_of = [&](const Point3& p) {
    return static_cast<std::size_t>(
        (grid.cell(p.z, grid.cells_z) * grid.cells_y + grid.cell(p.y, grid.cells_y)) *
            grid.cells_x +
        grid.cell(p.x, grid.cells_x));
  };
  starts_.assign(static_cast<std::size_t>(cells_.voxels()) + 1, 0);
  order_.resize(points.size());
  for (const Point3& p : points) ++starts_[cell_of(p)];
  std::uint32_t sum = 0;
  for (std::uint32_t& start : starts_) start = sum += start;
  for (std::size_t k = points.size(); k-- > 0;)
    order_[--starts_[cell_of(points[k])]] = static_cast<std::uint32_t>(k);
}

std::int64_t PointGrid::bytes(std::int64_t points) {
  return static_cast<std::int64_t>(sizeof(std::uint32_t)) *
         ((kCellsPerPoint + 1) * points + kSpareCells + 1);
}

}  // namespace dfe
