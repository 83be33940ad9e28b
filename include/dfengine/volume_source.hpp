// SPDX-License-Identifier: Apache-2.0
// A volume that is read piece by piece, so that a tomogram larger than memory can be worked on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "geometry.hpp"

namespace dfe {

/// What a voxel is before it becomes a float. Each converts exactly.
enum class VoxelType { Int8, UInt8, Int16, UInt16, Float16, Float32 };

constexpr std::int64_t voxel_bytes(VoxelType type) {
  return type == VoxelType::Int8 || type == VoxelType::UInt8 ? 1
         : type == VoxelType::Float32                        ? 4
                                                             : 2;
}

struct VoxelFormat {
  VoxelType type = VoxelType::Float32;
  bool swapped = false;  ///< the other byte order than this machine
};

/// Voxels as float in (z, y, x) order, whatever the file holds: axis order, byte order, mode and
/// signedness are settled inside. Calls from several threads at once are allowed.
class VolumeSource {
 public:
  virtual ~VolumeSource() = default;

  virtual const VolumeInfo& info() const = 0;

  /// Copies the voxels of `box` to `out` (box.extent.voxels() elements, (z, y, x) order). The box
  /// lies inside the volume. Throws `Error` where the file cannot be read. Integers and 16-bit
  /// floats convert exactly.
  virtual void read_box(const Box3& box, float* out) const = 0;

  /// What read_stored gives: the voxels of the file itself where they have one of these types and
  /// lie in (z, y, x) order, else floats.
  virtual VoxelFormat stored_format() const { return {}; }

  /// As read_box, but voxels as stored_format() says. `out` is aligned as new aligns.
  virtual void read_stored(const Box3& box, std::byte* out) const {
    read_box(box, reinterpret_cast<float*>(out));
  }

  /// Bytes of memory that this source holds beyond the file itself: 0 where voxels are read from
  /// the file as they are asked for, the whole volume where it had to be decompressed. Part of the
  /// memory plan.
  virtual std::int64_t resident_bytes() const { return 0; }

  Extent3 extent() const { return info().geometry.extent; }
};

}  // namespace dfe
