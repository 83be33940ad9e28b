// SPDX-License-Identifier: Apache-2.0
// Cubic B-splines after Unser, "Splines: a perfect fit for signal and image processing" (1999): a
// recursive filter along each axis, then 4 x 4 x 4 weights.
#include "core/math/spline.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dfe::math {

namespace {

constexpr double kPole = -0.26794919243112270647;  // sqrt(3) - 2

/// Filters along the middle axis of data[outer][n][inner].
void filter_axis(float* data, std::int64_t outer, std::int64_t n, std::int64_t inner) {
  if (n < 2) return;  // a constant is its own spline
  std::vector<double> lines(static_cast<std::size_t>(n * inner));
  for (std::int64_t o = 0; o < outer; ++o, data += n * inner) {
    for (std::int64_t i = 0; i < n * inner; ++i)
      lines[static_cast<std::size_t>(i)] = 6 * static_cast<double>(data[i]);
    const auto at = [&](std::int64_t k) { return lines.data() + k * inner; };
    // First value of the forward pass: the sum over the line and its mirror images.
    std::vector<double> first(static_cast<std::size_t>(inner), 0.0);
    double power = 1, far = std::pow(kPole, static_cast<double>(2 * n - 2));
    const double whole = 1 - far;
    for (std::int64_t k = 0; k < n && std::abs(power) > 1e-17; ++k) {  // |far| is the smaller one
      const double weight = k == 0 || k == n - 1 ? power : power + far;
      for (std::int64_t i = 0; i < inner; ++i)
        first[static_cast<std::size_t>(i)] += weight * at(k)[i];
      power *= kPole;
      far /= kPole;
    }
    for (std::int64_t i = 0; i < inner; ++i) at(0)[i] = first[static_cast<std::size_t>(i)] / whole;
    for (std::int64_t k = 1; k < n; ++k)
      for (std::int64_t i = 0; i < inner; ++i) at(k)[i] += kPole * at(k - 1)[i];
    for (std::int64_t i = 0; i < inner; ++i)
      at(n - 1)[i] = kPole / (kPole * kPole - 1) * (at(n - 1)[i] + kPole * at(n - 2)[i]);
    for (std::int64_t k = n - 2; k >= 0; --k)
      for (std::int64_t i = 0; i < inner; ++i) at(k)[i] = kPole * (at(k + 1)[i] - at(k)[i]);
    for (std::int64_t i = 0; i < n * inner; ++i)
      data[i] = static_cast<float>(lines[static_cast<std::size_t>(i)]);
  }
}

/// Weights of the four coefficients around a place `t` beyond the second.
std::array<double, 4> weights(double t) {
  const double s = 1 - t;
  return {s * s * s / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6,
          t * t * t / 6};
}

Point3 centre_of(const Box3& box) {
  const auto middle = [](std::int64_t begin, std::int64_t n) {
    return static_cast<double>(begin) + static_cast<double>(n - 1) / 2;
  };
  return {middle(box.begin.z, box.extent.z), middle(box.begin.y, box.extent.y),
          middle(box.begin.x, box.extent.x)};
}

/// Calls found(position in the block) for every voxel of the patch, in order.
template <class Found>
void for_sources(const Box3& patch, const Rotation& r, const Box3& block, Found&& found) {
  const Point3 c = centre_of(patch);
  for (std::int64_t z = 0; z < patch.extent.z; ++z)
    for (std::int64_t y = 0; y < patch.extent.y; ++y)
      for (std::int64_t x = 0; x < patch.extent.x; ++x) {
        const double dz = static_cast<double>(patch.begin.z + z) - c.z,
                     dy = static_cast<double>(patch.begin.y + y) - c.y,
                     dx = static_cast<double>(patch.begin.x + x) - c.x;
        found(Point3{c.z + r[6] * dx + r[7] * dy + r[8] * dz - static_cast<double>(block.begin.z),
                     c.y + r[3] * dx + r[4] * dy + r[5] * dz - static_cast<double>(block.begin.y),
                     c.x + r[0] * dx + r[1] * dy + r[2] * dz - static_cast<double>(block.begin.x)});
      }
}

}  // namespace

Box3 rotation_block(const Box3& patch, const Rotation& r) {
  const Point3 c = centre_of(patch);
  const double hz = static_cast<double>(patch.extent.z - 1) / 2,
               hy = static_cast<double>(patch.extent.y - 1) / 2,
               hx = static_cast<double>(patch.extent.x - 1) / 2;
  const auto range = [&](double centre, std::size_t row, std::int64_t& begin,
                         std::int64_t& extent) {
    const double half =
        std::abs(r[row]) * hx + std::abs(r[row + 1]) * hy + std::abs(r[row + 2]) * hz;
    begin = static_cast<std::int64_t>(std::floor(centre - half)) - kSplineMargin;
    extent = static_cast<std::int64_t>(std::ceil(centre + half)) + kSplineMargin + 1 - begin;
  };
  Box3 block;
  range(c.z, 6, block.begin.z, block.extent.z);
  range(c.y, 3, block.begin.y, block.extent.y);
  range(c.x, 0, block.begin.x, block.extent.x);
  return block;
}

void spline_coefficients(VolumeView<float> volume) {
  const Extent3 n = volume.extent;
  filter_axis(volume.data, n.z * n.y, n.x, 1);
  filter_axis(volume.data, n.z, n.y, n.x);
  filter_axis(volume.data, 1, n.z, n.y * n.x);
}

void rotate_values(const Box3& patch, const Rotation& r, const Box3& block,
                   const float* coefficients, float* out) {
  const std::int64_t row = block.extent.x, plane = block.extent.y * row;
  for_sources(patch, r, block, [&](const Point3& q) {
    const double fz = std::floor(q.z), fy = std::floor(q.y), fx = std::floor(q.x);
    const auto wz = weights(q.z - fz), wy = weights(q.y - fy), wx = weights(q.x - fx);
    const float* const corner = coefficients + (static_cast<std::int64_t>(fz) - 1) * plane +
                                (static_cast<std::int64_t>(fy) - 1) * row +
                                static_cast<std::int64_t>(fx) - 1;
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      double face = 0;
      for (std::size_t j = 0; j < 4; ++j) {
        const float* const c =
            corner + static_cast<std::int64_t>(k) * plane + static_cast<std::int64_t>(j) * row;
        face += wy[j] * (wx[0] * static_cast<double>(c[0]) + wx[1] * static_cast<double>(c[1]) +
                         wx[2] * static_cast<double>(c[2]) + wx[3] * static_cast<double>(c[3]));
      }
      sum += wz[k] * face;
    }
    *out++ = static_cast<float>(sum);
  });
}

void rotate_labels(const Box3& patch, const Rotation& r, const Box3& block,
                   const std::uint8_t* labels, std::uint8_t* out) {
  const auto nearest = [](double q) { return static_cast<std::int64_t>(std::floor(q + 0.5)); };
  for_sources(patch, r, block, [&](const Point3& q) {
    *out++ = labels[(nearest(q.z) * block.extent.y + nearest(q.y)) * block.extent.x + nearest(q.x)];
  });
}

}  // namespace dfe::math
