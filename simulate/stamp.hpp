// SPDX-License-Identifier: Apache-2.0
// An object turned and put between voxels: the voxels its mask covers, as runs, and its density
// added to a volume. A voxel at distance d from the object's position takes the value at centre +
// Rᵀ·d, interpolated linearly, as in targets.
#pragma once

#include <cstdint>
#include <vector>

#include "core/math/interpolation.hpp"
#include "dfengine/simulate.hpp"

namespace dfe::simulate {

/// Voxels of one object relative to the whole voxel its position was cut to.
struct Footprint {
  struct Run {
    std::int16_t z, y, begin, end;  ///< x from begin to before end
  };
  std::vector<Run> runs;
  std::int64_t voxels = 0;
  Index3 low, high;  ///< of all voxels; both belong to it
};

/// A cube of values that knows how far from its centre they reach.
class Stamp {
 public:
  Stamp() = default;
  /// Values up to a ten-thousandth of the greatest do not count for the reach. `oversampling` is
  /// voxels of the cube per voxel of the volume.
  Stamp(VolumeView<const float> cube, std::int64_t oversampling);

  double reach_voxels() const { return reach_; }

  /// Value at a place relative to the centre, in voxels of the volume; 0 outside the cube.
  float at(double z, double y, double x) const;

  /// Where the value is at least half.
  Footprint footprint(const Rotation& rotation, const Point3& fraction) const;

  /// Adds the values times `scale` to planes first to before last of a volume.
  void add_to(VolumeView<float> volume, const Rotation& rotation, const Point3& position,
              double scale, std::int64_t first, std::int64_t last) const;

 private:
  math::BorderedVolume cube_;
  std::int64_t oversampling_ = 1;
  double reach_ = 0;
};

/// Voxels within `radius` of a voxel of the mask, in a cube that has room for them.
Volume<float> dilate(VolumeView<const float> mask, double radius);

}  // namespace dfe::simulate
