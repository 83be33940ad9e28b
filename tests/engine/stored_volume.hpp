// SPDX-License-Identifier: Apache-2.0
// A tomogram in memory as files store them: any voxel type, either byte order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dfengine/error.hpp"
#include "dfengine/volume_source.hpp"
#include "core/half.hpp"
#include "engine/normalize.hpp"
#include "tests/kernels/fill.hpp"

namespace dfe::test {

inline const VoxelFormat kVoxelFormats[] = {{VoxelType::Int8, false},    {VoxelType::UInt8, false},  {VoxelType::Int16, false},
                                            {VoxelType::Int16, true},    {VoxelType::UInt16, false}, {VoxelType::UInt16, true},
                                            {VoxelType::Float16, false}, {VoxelType::Float16, true}, {VoxelType::Float32, false},
                                            {VoxelType::Float32, true}};

inline std::string name_of(const VoxelFormat& format) {
  static const char* const kNames[] = {"int8", "uint8", "int16", "uint16", "float16", "float32"};
  return kNames[static_cast<int>(format.type)] + std::string(format.swapped ? " swapped" : "");
}

/// Noise, each value what its type holds exactly. After `period` planes it repeats.
class StoredVolume final : public VolumeSource {
 public:
  StoredVolume(Extent3 extent, VoxelFormat format, std::uint64_t seed, std::int64_t period = std::int64_t{1} << 40) : format_(format) {
    info_.path = "stored volume";
    info_.geometry.extent = extent;
    period_ = std::min(period, extent.z);
    const std::vector<float> noise = uniform_reals(period_ * extent.y * extent.x, seed);
    values_.resize(noise.size());
    bytes_.resize(noise.size() * size());
    for (std::size_t i = 0; i < noise.size(); ++i) set(static_cast<std::int64_t>(i), of_noise(noise[i]));
  }

  const VolumeInfo& info() const override { return info_; }
  VoxelFormat stored_format() const override { return format_; }

  void read_box(const Box3& box, float* out) const override {
    each_row(box, [&](std::int64_t first) {
      std::copy_n(values_.data() + first, box.extent.x, out);
      out += box.extent.x;
    });
  }
  void read_stored(const Box3& box, std::byte* out) const override {
    planes_read += box.extent.z;
    if (reads_left >= 0 && --reads_left < 0) throw Error("read", info_.path, "unreadable");
    each_row(box, [&](std::int64_t first) {
      const std::size_t row = static_cast<std::size_t>(box.extent.x) * size();
      std::memcpy(out, bytes_.data() + static_cast<std::size_t>(first) * size(), row);
      out += row;
    });
  }

  /// A value that the type holds.
  void set(std::int64_t i, float value) {
    values_[static_cast<std::size_t>(i)] = value;
    std::byte* const at = bytes_.data() + static_cast<std::size_t>(i) * size();
    const auto put = [&](auto stored) { std::memcpy(at, &stored, sizeof stored); };
    switch (format_.type) {
      case VoxelType::Int8:
        put(static_cast<std::int8_t>(value));
        break;
      case VoxelType::UInt8:
        put(static_cast<std::uint8_t>(value));
        break;
      case VoxelType::Int16:
        put(static_cast<std::int16_t>(value));
        break;
      case VoxelType::UInt16:
        put(static_cast<std::uint16_t>(value));
        break;
      case VoxelType::Float16:
        put(float_to_half(value));
        break;
      case VoxelType::Float32:
        put(value);
        break;
    }
    if (format_.swapped) std::reverse(at, at + size());
  }

  mutable std::int64_t planes_read = 0;  ///< by read_stored
  mutable std::int64_t reads_left = -1;  ///< until read_stored throws; negative: never

 private:
  std::size_t size() const { return static_cast<std::size_t>(voxel_bytes(format_.type)); }

  /// From -1 to 1 to most of the range of the type.
  float of_noise(float noise) const {
    switch (format_.type) {
      case VoxelType::Int8:
        return std::round(noise * 127);
      case VoxelType::UInt8:
        return std::round(noise * 127) + 128;
      case VoxelType::Int16:
        return std::round(noise * 32767);
      case VoxelType::UInt16:
        return std::round(noise * 32767) + 32768;
      case VoxelType::Float16:
        return std::round(noise * 2047) / 8;
      case VoxelType::Float32:
        return noise * 1000 + 0.125f;
    }
    return 0;
  }

  template <class Row>
  void each_row(const Box3& box, Row&& row) const {
    const Extent3 e = info_.geometry.extent;
    for (std::int64_t z = 0; z < box.extent.z; ++z)
      for (std::int64_t y = 0; y < box.extent.y; ++y) row((((box.begin.z + z) % period_) * e.y + box.begin.y + y) * e.x + box.begin.x);
  }

  VoxelFormat format_;
  VolumeInfo info_;
  std::int64_t period_;
  std::vector<float> values_;
  std::vector<std::byte> bytes_;
};

/// Floats of `box` as the host normalizes them, in a plane of the network's input.
inline std::vector<float> host_plane(const VolumeSource& volume, const Normalizer& normalizer, const Box3& box, std::int64_t height,
                                     std::int64_t width) {
  std::vector<float> voxels(static_cast<std::size_t>(box.extent.voxels())), plane(static_cast<std::size_t>(height * width), 0.0f);
  volume.read_box(box, voxels.data());
  normalizer.apply(box, voxels.data());
  for (std::int64_t y = 0; y < box.extent.y; ++y) std::copy_n(voxels.data() + y * box.extent.x, box.extent.x, plane.data() + y * width);
  return plane;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace dfe::test
