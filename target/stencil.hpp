// SPDX-License-Identifier: Apache-2.0
// One object on the voxel grid: which voxels of a row belong to it. Spheres are closed forms; masks
// are sampled by pull-back, and only inside a ball around their centre beyond which they are 0.
// Lengths are in edges of a voxel along x, so that a ball is an ellipsoid on voxels that are not
// cubic.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/math/interpolation.hpp"
#include "core/voxel_edges.hpp"
#include "dfengine/particle.hpp"
#include "dfengine/target.hpp"

namespace dfe::targets {

/// A half-open range of voxels along each axis; may lie outside the volume.
struct Bounds {
  std::array<std::int64_t, 3> begin{}, end{};  // z, y, x
};

/// A mask made ready for sampling: within a voxel of its faces it fades to 0.
class MaskShape {
 public:
  /// `rules` decides where the mask ends and which values are inside. `edges` are those of the
  /// mask's voxels and of the labels'.
  MaskShape(VolumeView<const float> mask, bool integers, TargetRules rules, VoxelEdges edges);

  /// Distance from the centre beyond which every sample is outside.
  double reach() const { return reach_; }

  const VoxelEdges& edges() const { return edges_; }

  /// Voxels along z, y, x.
  const std::array<std::int64_t, 3>& size() const { return size_; }

  /// Whether the mask's value at (z, y, x), in voxels from its centre, counts as inside. `turned`
  /// is false where no interpolation was asked for.
  bool inside(double z, double y, double x, bool turned) const;

 private:
  std::array<std::int64_t, 3> size_{};
  std::array<double, 3> centre_{};  // index of the centre
  math::BorderedVolume values_;
  double reach_ = 0;
  bool integers_;
  TargetRules rules_;
  VoxelEdges edges_;
};

/// A shape at its place.
class Stencil {
 public:
  /// The ellipsoid with `radii_voxels` along z, y, x.
  Stencil(const Particle& particle, const Point3& radii_voxels);
  Stencil(const Particle& particle, const MaskShape& mask, TargetRules rules);

  /// Every voxel of the object lies in here.
  const Bounds& bounds() const { return bounds_; }

  /// Calls found(begin, end) for every run of the object's voxels in row (z, y), from x `begin` to
  /// before `end`.
  template <class Found>
  void row(std::int64_t z, std::int64_t y, std::int64_t begin, std::int64_t end,
           Found&& found) const;

 private:
  void set_bounds(double reach);
  bool mask_inside(double z, double y, double x) const;

  const MaskShape* mask_ = nullptr;
  std::array<double, 3> position_{};  // z, y, x
  VoxelEdges edges_;
  std::optional<Rotation> orientation_;
  double squared_reach_ = 0;
  Bounds bounds_;
};

/// The part of [begin, end) within a ball around `centre`: squared distance along the axis at most
/// `squared`. Decided by comparison, the root only guesses.
void clip_to_ball(double centre, double squared, std::int64_t& begin, std::int64_t& end);

template <class Found>
void Stencil::row(std::int64_t z, std::int64_t y, std::int64_t begin, std::int64_t end,
                  Found&& found) const {
  const double dz = static_cast<double>(z) - position_[0],
               dy = static_cast<double>(y) - position_[1];
  const double along_z = edges_.z * dz, along_y = edges_.y * dy;
  const double left = squared_reach_ - (along_z * along_z + along_y * along_y);
  if (!(left >= 0)) return;
  clip_to_ball(position_[2], left, begin, end);
  if (begin >= end) return;
  if (!mask_) return found(begin, end);
  std::int64_t first = -1;  // of the current run; relative to begin, so that -1 is free
  for (std::int64_t i = 0; i < end - begin; ++i) {
    const bool in = mask_inside(dz, dy, static_cast<double>(begin + i) - position_[2]);
    if (in && first < 0) first = i;
    if (!in && first >= 0) {
      found(begin + first, begin + i);
      first = -1;
    }
  }
  if (first >= 0) found(begin + first, end);
}

}  // namespace dfe::targets
