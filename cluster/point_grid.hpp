// SPDX-License-Identifier: Apache-2.0
// Points sorted into cubic cells, to find those in a box quickly. Cells are as many as the points
// ask for, so memory goes with the points and not with the volume.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "dfengine/extent.hpp"
#include "kernels/mean_shift_math.hpp"

namespace dfe {

class PointGrid {
 public:
  /// Points lie inside [0, extent - 1]. `edge` is the smallest useful edge of a cell in voxels.
  PointGrid(const std::vector<Point3>& points, const Extent3& extent, double edge);

  PointGridView view() const {
    return {inverse_edge_,
            static_cast<std::int32_t>(cells_.z),
            static_cast<std::int32_t>(cells_.y),
            static_cast<std::int32_t>(cells_.x),
            starts_.data(),
            order_.data()};
  }

  /// See PointGridView.
  template <class Visit>
  void visit_box(const Point3& low, const Point3& high, Visit&& visit) const {
    view().visit_box(low, high, std::forward<Visit>(visit));
  }

  /// An upper bound of the memory for so many points, in bytes.
  static std::int64_t bytes(std::int64_t points);

 private:
  double inverse_edge_ = 1;
  Extent3 cells_;
  std::vector<std::uint32_t> starts_, order_;
};

}  // namespace dfe
