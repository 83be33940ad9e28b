// SPDX-License-Identifier: Apache-2.0
// Points sorted into cubic cells, to find those in a box quickly. Cells are as many as the points ask for, so memory goes with the
// points and not with the volume.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/api/extent.hpp"

namespace dfe {

class PointGrid {
 public:
  /// Points lie inside [0, extent - 1]. `edge` is the smallest useful edge of a cell in voxels.
  PointGrid(const std::vector<Point3>& points, const Extent3& extent, double edge);

  /// Calls visit(index) for every point in the cells that the box touches: all points inside the box and some around it.
  template <class Visit>
  void visit_box(const Point3& low, const Point3& high, Visit&& visit) const {
    const std::int64_t z0 = cell(low.z, cells_.z), z1 = cell(high.z, cells_.z);
    const std::int64_t y0 = cell(low.y, cells_.y), y1 = cell(high.y, cells_.y);
    const std::int64_t x0 = cell(low.x, cells_.x), x1 = cell(high.x, cells_.x);
    for (std::int64_t z = z0; z <= z1; ++z)
      for (std::int64_t y = y0; y <= y1; ++y) {
        const std::int64_t row = (z * cells_.y + y) * cells_.x;  // the cells of a row follow each other, and so do their points
        const std::uint32_t last = starts_[static_cast<std::size_t>(row + x1 + 1)];
        for (std::uint32_t k = starts_[static_cast<std::size_t>(row + x0)]; k < last; ++k) visit(order_[k]);
      }
  }

  /// An upper bound of the memory for so many points, in bytes.
  static std::int64_t bytes(std::int64_t points);

 private:
  std::int64_t cell(double at, std::int64_t count) const {
    const double c = at * inverse_edge_;
    return !(c > 0) ? 0 : c >= static_cast<double>(count) ? count - 1 : static_cast<std::int64_t>(c);
  }

  double inverse_edge_ = 1;
  Extent3 cells_;
  std::vector<std::uint32_t> starts_, order_;
};

}  // namespace dfe
