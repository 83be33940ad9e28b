// SPDX-License-Identifier: Apache-2.0
// Volumes in memory: one owner (`Volume`) and one view. Elements lie in (z, y, x) order, x fastest,
// without padding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

#include "extent.hpp"

namespace dfe {

/// A volume owned by someone else. Cheap to copy.
template <class T>
struct VolumeView {
  T* data = nullptr;
  Extent3 extent;

  T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return data[(z * extent.y + y) * extent.x + x];
  }
  T* plane(std::int64_t z) const { return data + z * extent.y * extent.x; }
  std::span<T> span() const { return {data, static_cast<std::size_t>(extent.voxels())}; }
  operator VolumeView<const T>() const { return {data, extent}; }
};

/// Owns `extent.voxels()` elements. Move-only: a copy of a tomogram is never wanted by accident;
/// use `clone`.
template <class T>
class Volume {
 public:
  Volume() = default;

  /// Elements are not initialised, so that the first writer decides where pages live. Throws
  /// std::bad_alloc.
  explicit Volume(Extent3 extent)
      : extent_(extent), data_(new T[static_cast<std::size_t>(extent.voxels())]) {}

  Volume(Extent3 extent, T value) : Volume(extent) {
    std::fill_n(data_.get(), extent.voxels(), value);
  }

  Extent3 extent() const { return extent_; }
  std::int64_t voxels() const { return extent_.voxels(); }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) { return view()(z, y, x); }
  const T& operator()(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return view()(z, y, x);
  }
  VolumeView<T> view() { return {data_.get(), extent_}; }
  VolumeView<const T> view() const { return {data_.get(), extent_}; }
  std::span<T> span() { return view().span(); }
  std::span<const T> span() const { return view().span(); }

  Volume clone() const {
    Volume copy(extent_);
    std::copy_n(data_.get(), voxels(), copy.data_.get());
    return copy;
  }

 private:
  Extent3 extent_;
  std::unique_ptr<T[]> data_;
};

}  // namespace dfe
