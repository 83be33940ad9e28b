// SPDX-License-Identifier: Apache-2.0
// Trilinear interpolation between the voxels of a volume: one formula, and two ways to say that a
// volume is 0 around itself. A border of zeros costs a copy and spares inner loops every question;
// `at_or_zero` asks where the volume ends and needs no copy.
#pragma once

#include <cstdint>
#include <vector>

#include "dfengine/volume.hpp"

namespace dfe::math {

/// A place along an axis: the voxel at or below it, and the share of the way to the next one.
struct AxisPlace {
  std::int64_t voxel = 0;
  double share = 0;

  AxisPlace() = default;
  explicit AxisPlace(double place) : voxel(static_cast<std::int64_t>(place)) {
    if (place < static_cast<double>(voxel)) --voxel;  // the cast cuts towards 0
    share = place - static_cast<double>(voxel);
  }
};

/// The value at shares `z`, `y`, `x` of the way from a voxel to its neighbours: `corner` is that
/// voxel, the neighbours lie `plane`, `row` and 1 values after it.
inline double trilinear(const float* corner, std::int64_t plane, std::int64_t row, double z,
                        double y, double x) {
  const auto mix = [](double a, double b, double t) { return a * (1 - t) + b * t; };
  const auto line = [&](const float* v) {
    return mix(static_cast<double>(v[0]), static_cast<double>(v[1]), x);
  };
  const auto face = [&](const float* v) { return mix(line(v), line(v + row), y); };
  return mix(face(corner), face(corner + plane), z);
}

/// The value at a place in voxels; voxels outside the volume are 0, so that it fades over one voxel
/// beyond its faces. Any finite place up to 2^62.
double at_or_zero(VolumeView<const float> volume, double z, double y, double x);

/// A volume in a border of one voxel of zeros.
class BorderedVolume {
 public:
  BorderedVolume() : BorderedVolume(VolumeView<const float>{}) {}
  explicit BorderedVolume(VolumeView<const float> volume);

  /// The volume's extent; the border is not counted.
  const Extent3& extent() const { return extent_; }

  /// The value at a place that counts from the border: the volume's voxel (0, 0, 0) lies at
  /// (1, 1, 1). Along each axis from 0 to below extent + 1.
  double at(const AxisPlace& z, const AxisPlace& y, const AxisPlace& x) const {
    const std::int64_t row = extent_.x + 2, plane = (extent_.y + 2) * row;
    return trilinear(values_.data() + z.voxel * plane + y.voxel * row + x.voxel, plane, row,
                     z.share, y.share, x.share);
  }

 private:
  Extent3 extent_;
  std::vector<float> values_;
};

}  // namespace dfe::math
