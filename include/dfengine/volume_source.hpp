// SPDX-License-Identifier: Apache-2.0
// A volume that is read in boxes, so that tomograms larger than memory can be processed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "geometry.hpp"

namespace dfe {

/// Stored voxel types. Each converts to float exactly.
enum class VoxelType { Int8, UInt8, Int16, UInt16, Float16, Float32 };

/// Bytes of one stored voxel.
constexpr std::int64_t voxel_bytes(VoxelType type) {
  return type == VoxelType::Int8 || type == VoxelType::UInt8 ? 1
         : type == VoxelType::Float32                        ? 4
                                                             : 2;
}

/// Type and byte order of stored voxels.
struct VoxelFormat {
  VoxelType type = VoxelType::Float32;
  bool swapped = false;  ///< not the byte order of this machine
};

/// Delivers voxels as float in (z, y, x) order for every axis order, byte order, mode and sign
/// convention of the file. Several threads may call it simultaneously.
class VolumeSource {
 public:
  virtual ~VolumeSource() = default;

  virtual const VolumeInfo& info() const = 0;

  /// Copies the voxels of `box` to `out`: box.extent.voxels() elements in (z, y, x) order. The box
  /// must be inside the volume. Integers and 16-bit floats convert exactly. Throws `Error` if the
  /// file cannot be read.
  virtual void read_box(const Box3& box, float* out) const = 0;

  /// The format in which read_stored delivers voxels: that of the file if it is a VoxelType and the
  /// file is in (z, y, x) order, otherwise float in the byte order of this machine.
  virtual VoxelFormat stored_format() const { return {}; }

  /// The same as read_box, but in the format stored_format(). `out` must have the alignment that
  /// operator new gives.
  virtual void read_stored(const Box3& box, std::byte* out) const {
    read_box(box, reinterpret_cast<float*>(out));
  }

  /// Bytes of memory that this source occupies: 0 if voxels are read from the file on request, the
  /// size of the volume if it had to be decompressed. It counts towards the memory limit.
  virtual std::int64_t resident_bytes() const { return 0; }

  Extent3 extent() const { return info().geometry.extent; }
};

}  // namespace dfe
