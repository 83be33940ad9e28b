// SPDX-License-Identifier: Apache-2.0
// A stamp is sampled by pull-back: only voxels within its reach are looked at, each is turned back
// into the stamp's own axes.
#include "simulate/stamp.hpp"

#include <algorithm>
#include <cmath>

#include "core/math/rotation.hpp"

namespace dfe::simulate {

Stamp::Stamp(VolumeView<const float> cube, std::int64_t oversampling)
    : cube_(cube), oversampling_(oversampling) {
  const std::int64_t n = cube.extent.x;
  float greatest = 0;
  for (const float v : cube.span()) greatest = std::max(greatest, std::abs(v));
  double farthest = 0;
  const double centre = static_cast<double>(n / 2);
  for (std::int64_t z = 0; z < n; ++z)
    for (std::int64_t y = 0; y < n; ++y)
      for (std::int64_t x = 0; x < n; ++x)
        if (std::abs(cube(z, y, x)) > 1e-4f * greatest)
          farthest = std::max(
              farthest, std::hypot(static_cast<double>(z) - centre, static_cast<double>(y) - centre,
                                   static_cast<double>(x) - centre));
  reach_ = (farthest + std::sqrt(3.0)) / static_cast<double>(oversampling);
}

float Stamp::at(double z, double y, double x) const {
  const std::int64_t n = cube_.extent().x;
  // Both count the border.
  const double centre = static_cast<double>(n / 2 + 1), last = static_cast<double>(n + 1);
  const double scale = static_cast<double>(oversampling_);
  const double qz = z * scale + centre, qy = y * scale + centre, qx = x * scale + centre;
  if (!(qz >= 0 && qy >= 0 && qx >= 0 && qz < last && qy < last && qx < last)) return 0;
  return static_cast<float>(
      cube_.at(math::AxisPlace(qz), math::AxisPlace(qy), math::AxisPlace(qx)));
}

Footprint Stamp::footprint(const Rotation& rotation, const Point3& fraction) const {
  Footprint result;
  const auto reach = static_cast<std::int64_t>(std::ceil(reach_)) + 1;
  constexpr std::int64_t kNone = 1 << 20;
  result.low = {kNone, kNone, kNone};
  result.high = {-kNone, -kNone, -kNone};
  const double squared = reach_ * reach_;
  for (std::int64_t z = -reach; z <= reach; ++z)
    for (std::int64_t y = -reach; y <= reach; ++y) {
      const double dz = static_cast<double>(z) - fraction.z,
                   dy = static_cast<double>(y) - fraction.y;
      const double left = squared - dz * dz - dy * dy;
      if (left < 0) continue;
      const double half = std::sqrt(left);
      const auto from = static_cast<std::int64_t>(std::ceil(fraction.x - half)),
                 to = static_cast<std::int64_t>(std::floor(fraction.x + half));
      std::int64_t begin = kNone;
      for (std::int64_t x = from; x <= to + 1; ++x) {
        bool inside = false;
        if (x <= to) {
          const Point3 p =
              math::rotate_back(rotation, {dz, dy, static_cast<double>(x) - fraction.x});
          inside = at(p.z, p.y, p.x) >= 0.5f;
        }
        if (inside && begin == kNone) begin = x;
        if (inside || begin == kNone) continue;
        result.runs.push_back({static_cast<std::int16_t>(z), static_cast<std::int16_t>(y),
                               static_cast<std::int16_t>(begin), static_cast<std::int16_t>(x)});
        result.voxels += x - begin;
        result.low = {std::min(result.low.z, z), std::min(result.low.y, y),
                      std::min(result.low.x, begin)};
        result.high = {std::max(result.high.z, z), std::max(result.high.y, y),
                       std::max(result.high.x, x - 1)};
        begin = kNone;
      }
    }
  return result;
}

void Stamp::add_to(VolumeView<float> volume, const Rotation& rotation, const Point3& position,
                   double scale, std::int64_t first, std::int64_t last) const {
  const auto from = [&](double c, std::int64_t low) {
    return std::max(low, static_cast<std::int64_t>(std::ceil(std::max(c - reach_, -1e9))));
  };
  const auto upto = [&](double c, std::int64_t high) {
    return std::min(high, static_cast<std::int64_t>(std::floor(std::min(c + reach_, 1e9))) + 1);
  };
  for (std::int64_t z = from(position.z, first); z < upto(position.z, last); ++z)
    for (std::int64_t y = from(position.y, 0); y < upto(position.y, volume.extent.y); ++y)
      for (std::int64_t x = from(position.x, 0); x < upto(position.x, volume.extent.x); ++x) {
        const Point3 p = math::rotate_back(
            rotation, {static_cast<double>(z) - position.z, static_cast<double>(y) - position.y,
                       static_cast<double>(x) - position.x});
        volume(z, y, x) += static_cast<float>(scale) * at(p.z, p.y, p.x);
      }
}

Volume<float> dilate(VolumeView<const float> mask, double radius) {
  const auto reach = static_cast<std::int64_t>(std::ceil(radius));
  const std::int64_t n = mask.extent.x, m = n + 2 * reach;
  Volume<float> out(Extent3{m, m, m}, 0);
  for (std::int64_t z = 0; z < n; ++z)
    for (std::int64_t y = 0; y < n; ++y)
      for (std::int64_t x = 0; x < n; ++x) {
        if (mask(z, y, x) < 0.5f) continue;
        for (std::int64_t k = -reach; k <= reach; ++k)
          for (std::int64_t j = -reach; j <= reach; ++j)
            for (std::int64_t i = -reach; i <= reach; ++i)
              if (static_cast<double>(k * k + j * j + i * i) <= radius * radius)
                out(z + reach + k, y + reach + j, x + reach + i) = 1;
      }
  return out;
}

}  // namespace dfe::simulate
