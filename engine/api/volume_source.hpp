// SPDX-License-Identifier: Apache-2.0
// A volume that is read piece by piece, so that a tomogram larger than memory can be worked on.
#pragma once

#include <cstdint>

#include "geometry.hpp"

namespace dfe {

/// Voxels as float in (z, y, x) order, whatever the file holds: axis order, byte order, mode and signedness are settled inside.
/// Calls from several threads at once are allowed.
class VolumeSource {
 public:
  virtual ~VolumeSource() = default;

  virtual const VolumeInfo& info() const = 0;

  /// Copies the voxels of `box` to `out` (box.extent.voxels() elements, (z, y, x) order). The box lies inside the volume.
  /// Throws `Error` where the file cannot be read. Integers and 16-bit floats convert exactly.
  virtual void read_box(const Box3& box, float* out) const = 0;

  /// Bytes of memory that this source holds beyond the file itself: 0 where voxels are read from the file as they are asked for, the
  /// whole volume where it had to be decompressed. Part of the memory plan.
  virtual std::int64_t resident_bytes() const { return 0; }

  Extent3 extent() const { return info().geometry.extent; }
};

}  // namespace dfe
