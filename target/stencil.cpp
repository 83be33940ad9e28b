// SPDX-License-Identifier: Apache-2.0
#include "target/stencil.hpp"

#include <algorithm>
#include <cmath>

#include "core/math/rotation.hpp"

namespace dfe::targets {

namespace {

bool counts(float value, TargetRules rules) {
  return rules == TargetRules::DeepFinder ? value != 0 : value > 0;
}

}  // namespace

void clip_to_ball(double centre, double squared, std::int64_t& begin, std::int64_t& end) {
  const auto within = [&](std::int64_t x) {
    const double d = static_cast<double>(x) - centre;
    return d * d <= squared;
  };
  const double root = std::sqrt(squared);
  std::int64_t low = static_cast<std::int64_t>(std::ceil(centre - root)),
               high = static_cast<std::int64_t>(std::floor(centre + root));
  while (within(low - 1)) --low;
  while (low <= high && !within(low)) ++low;
  while (within(high + 1) && high + 1 >= low) ++high;
  while (high >= low && !within(high)) --high;
  begin = std::max(begin, low);
  end = std::min(end, high + 1);
}

MaskShape::MaskShape(VolumeView<const float> mask, bool integers, TargetRules rules)
    : integers_(integers), rules_(rules) {
  const Extent3 n = mask.extent;
  size_ = {n.z, n.y, n.x};
  for (std::size_t axis = 0; axis < 3; ++axis) centre_[axis] = static_cast<double>(size_[axis] / 2);
  values_.assign(static_cast<std::size_t>((n.z + 2) * (n.y + 2) * (n.x + 2)), 0.0f);
  double farthest = -1;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        const float value = mask(z, y, x);
        values_[static_cast<std::size_t>(((z + 1) * (n.y + 2) + y + 1) * (n.x + 2) + x + 1)] =
            value;
        if (counts(value, rules))
          farthest = std::max(farthest, std::hypot(static_cast<double>(z) - centre_[0],
                                                   static_cast<double>(y) - centre_[1],
                                                   static_cast<double>(x) - centre_[2]));
      }
  // A sample sees voxels less than 1 away along each axis. The hundredth is for rounding.
  reach_ = farthest < 0 ? 0 : farthest + std::sqrt(3.0) + 0.01;
}

bool MaskShape::inside(double z, double y, double x, bool turned) const {
  const std::array<double, 3> q{z + centre_[0], y + centre_[1], x + centre_[2]};
  std::array<std::int64_t, 3> cell{};
  std::array<double, 3> share{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double last = static_cast<double>(size_[axis] - 1);
    const bool covered = rules_ == TargetRules::DeepFinder ? q[axis] >= 0 && q[axis] <= last
                                                           : q[axis] > -1 && q[axis] < last + 1;
    if (!covered) return false;
    const double floor = std::floor(q[axis]);
    cell[axis] = static_cast<std::int64_t>(floor) + 1;  // the border
    share[axis] = q[axis] - floor;
  }
  const std::int64_t row = size_[2] + 2, plane = (size_[1] + 2) * row;
  const float* const p = values_.data() + cell[0] * plane + cell[1] * row + cell[2];
  const auto mix = [](double a, double b, double t) { return a * (1 - t) + b * t; };
  const auto line = [&](const float* v) {
    return mix(static_cast<double>(v[0]), static_cast<double>(v[1]), share[2]);
  };
  const auto face = [&](const float* v) { return mix(line(v), line(v + row), share[1]); };
  const double value = mix(face(p), face(p + plane), share[0]);
  if (rules_ == TargetRules::Exact) return value >= 0.5;
  if (!turned) return value == 1;
  return integers_ ? std::floor(value + 0.5) == 1 : std::nearbyint(value) == 1;
}

void Stencil::set_bounds(double reach) {
  squared_reach_ = reach * reach;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    bounds_.begin[axis] = static_cast<std::int64_t>(std::floor(position_[axis] - reach));
    bounds_.end[axis] = static_cast<std::int64_t>(std::ceil(position_[axis] + reach)) + 1;
  }
}

Stencil::Stencil(const Particle& particle, double radius_voxels)
    : position_{particle.position_voxels.z, particle.position_voxels.y,
                particle.position_voxels.x} {
  set_bounds(radius_voxels);
}

Stencil::Stencil(const Particle& particle, const MaskShape& mask, TargetRules rules)
    : mask_(&mask),
      position_{particle.position_voxels.z, particle.position_voxels.y, particle.position_voxels.x},
      orientation_(particle.orientation) {
  if (rules == TargetRules::DeepFinder)
    for (double& p : position_) p = std::trunc(p);
  set_bounds(mask.reach());
  if (rules == TargetRules::DeepFinder)  // which fills the mask's own box and no more, however the
                                         // mask is turned
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t begin = static_cast<std::int64_t>(position_[axis]) - mask.size()[axis] / 2;
      bounds_.begin[axis] = std::max(bounds_.begin[axis], begin);
      bounds_.end[axis] = std::min(bounds_.end[axis], begin + mask.size()[axis]);
    }
}

bool Stencil::mask_inside(double z, double y, double x) const {
  if (!orientation_) return mask_->inside(z, y, x, false);
  const Point3 p = math::rotate_back(*orientation_, {z, y, x});
  return mask_->inside(p.z, p.y, p.x, true);
}

}  // namespace dfe::targets
