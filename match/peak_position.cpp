// SPDX-License-Identifier: Apache-2.0
// The maximum between voxels: one Newton step from the top voxel.
#include <algorithm>
#include <array>
#include <cmath>

#include "match/peaks.hpp"

namespace dfe::match {

namespace {

using Vector = std::array<double, 3>;  // z, y, x
using Matrix = std::array<Vector, 3>;

/// The scores around a voxel, as far as they exist and are finite.
class Neighbours {
 public:
  Neighbours(VolumeView<const float> scores, const Index3& voxel)
      : scores_(scores), voxel_(voxel) {}

  double at(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return static_cast<double>(scores_(voxel_.z + z, voxel_.y + y, voxel_.x + x));
  }
  double along(std::size_t axis, std::int64_t step) const {
    return at(axis == 0 ? step : 0, axis == 1 ? step : 0, axis == 2 ? step : 0);
  }
  double across(std::size_t a, std::int64_t of_a, std::size_t b, std::int64_t of_b) const {
    std::array<std::int64_t, 3> v{};
    v[a] = of_a;
    v[b] = of_b;
    return at(v[0], v[1], v[2]);
  }
  bool both_along(std::size_t axis) const {
    const std::array<std::int64_t, 3> v{voxel_.z, voxel_.y, voxel_.x},
        n{scores_.extent.z, scores_.extent.y, scores_.extent.x};
    return v[axis] > 0 && v[axis] + 1 < n[axis] && std::isfinite(along(axis, -1)) &&
           std::isfinite(along(axis, 1));
  }

 private:
  VolumeView<const float> scores_;
  Index3 voxel_;
};

double determinant(const Matrix& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/// Solves H · step = -gradient by Cramer's rule. The step is kept only if H is negative definite
/// (the quadratic has a maximum) and the maximum is less than a voxel away.
bool newton_step(const Matrix& h, const Vector& gradient, Vector& step) {
  const double det = determinant(h), minor = h[0][0] * h[1][1] - h[0][1] * h[0][1];
  if (!(h[0][0] < 0) || !(minor > 0) || !(det < 0)) return false;
  for (std::size_t c = 0; c < 3; ++c) {
    Matrix m = h;
    for (std::size_t r = 0; r < 3; ++r) m[r][c] = -gradient[r];
    step[c] = determinant(m) / det;
    if (!(std::abs(step[c]) < 1)) return false;
  }
  return true;
}

Vector offset(const Neighbours& around) {
  Vector gradient{}, parabola{}, step{};
  Matrix h{};
  const double top = around.at(0, 0, 0);
  bool whole = true;
  for (std::size_t a = 0; a < 3; ++a) {
    if (!around.both_along(a)) {
      whole = false;
      continue;
    }
    gradient[a] = (around.along(a, 1) - around.along(a, -1)) / 2;
    h[a][a] = around.along(a, 1) - 2 * top + around.along(a, -1);
    if (h[a][a] < 0) parabola[a] = -gradient[a] / h[a][a];  // at most half a voxel from a top
  }
  if (!whole) return parabola;
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = a + 1; b < 3; ++b)
      h[a][b] = h[b][a] = (around.across(a, 1, b, 1) + around.across(a, -1, b, -1) -
                           around.across(a, 1, b, -1) - around.across(a, -1, b, 1)) /
                          4;
  return newton_step(h, gradient, step) ? step : parabola;
}

}  // namespace

Point3 peak_position(VolumeView<const float> scores, const Index3& voxel) {
  const Vector d = offset(Neighbours(scores, voxel));
  return {static_cast<double>(voxel.z) + d[0], static_cast<double>(voxel.y) + d[1],
          static_cast<double>(voxel.x) + d[2]};
}

}  // namespace dfe::match
