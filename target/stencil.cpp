// SPDX-License-Identifier: Apache-2.0
// Where masks and spheres end. The rules of DeepFinder differ from the exact ones in what counts as
// inside, in what box is filled and in how values are rounded: docs/target.md.
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

MaskShape::MaskShape(VolumeView<const float> mask, bool integers, TargetRules rules,
                     VoxelEdges edges)
    : values_(mask), integers_(integers), rules_(rules), edges_(edges) {
  const Extent3 n = mask.extent;
  size_ = {n.z, n.y, n.x};
  for (std::size_t axis = 0; axis < 3; ++axis) centre_[axis] = static_cast<double>(size_[axis] / 2);
  double farthest = -1;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        if (counts(mask(z, y, x), rules))
          farthest = std::max(farthest, std::hypot(edges.z * (static_cast<double>(z) - centre_[0]),
                                                   edges.y * (static_cast<double>(y) - centre_[1]),
                                                   static_cast<double>(x) - centre_[2]));
  // A sample sees voxels less than 1 away along each axis. The hundredth is for rounding.
  reach_ = farthest < 0 ? 0 : farthest + std::hypot(edges.z, edges.y, 1.0) + 0.01;
}

bool MaskShape::inside(double z, double y, double x, bool turned) const {
  const std::array<double, 3> q{z + centre_[0], y + centre_[1], x + centre_[2]};
  std::array<math::AxisPlace, 3> place;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double last = static_cast<double>(size_[axis] - 1);
    const bool covered = rules_ == TargetRules::DeepFinder ? q[axis] >= 0 && q[axis] <= last
                                                           : q[axis] > -1 && q[axis] < last + 1;
    if (!covered) return false;
    place[axis] = math::AxisPlace(q[axis]);
    ++place[axis].voxel;  // the border
  }
  const double value = values_.at(place[0], place[1], place[2]);
  if (rules_ == TargetRules::Exact) return value >= 0.5;
  if (!turned) return value == 1;
  return integers_ ? std::floor(value + 0.5) == 1 : std::nearbyint(value) == 1;
}

void Stencil::set_bounds(double reach) {
  squared_reach_ = reach * reach;
  const std::array<double, 3> along{reach / edges_.z, reach / edges_.y, reach};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    bounds_.begin[axis] = static_cast<std::int64_t>(std::floor(position_[axis] - along[axis]));
    bounds_.end[axis] = static_cast<std::int64_t>(std::ceil(position_[axis] + along[axis])) + 1;
  }
}

Stencil::Stencil(const Particle& particle, const Point3& radii_voxels)
    : position_{particle.position_voxels.z, particle.position_voxels.y, particle.position_voxels.x},
      edges_(edges_of(radii_voxels)) {
  set_bounds(radii_voxels.x);
}

Stencil::Stencil(const Particle& particle, const MaskShape& mask, TargetRules rules)
    : mask_(&mask),
      position_{particle.position_voxels.z, particle.position_voxels.y, particle.position_voxels.x},
      edges_(mask.edges()),
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
  const Point3 p = math::rotate_back(*orientation_, {edges_.z * z, edges_.y * y, x});
  return mask_->inside(p.z / edges_.z, p.y / edges_.y, p.x, true);
}

}  // namespace dfe::targets
