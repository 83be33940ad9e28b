// SPDX-License-Identifier: Apache-2.0
// Volumes in memory: an owner (`Volume`) and a view (`VolumeView`). Elements are in (z, y, x)
// order, x fastest, without padding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

#include "extent.hpp"

namespace dfe {

/// A volume that someone else owns. Cheap to copy.
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

/// Owns `extent.voxels()` elements. Move-only, so that a tomogram is never copied by accident; use
/// `clone` to copy.
template <class T>
class Volume {
 public:
  Volume() = default;

  /// Leaves the elements uninitialised, so that memory pages are placed near the thread that writes
  /// them first. Throws `Error` for an extent that is out of range, std::bad_alloc if memory runs
  /// out.
  explicit Volume(Extent3 extent)
      : extent_(extent), data_(new T[static_cast<std::size_t>(extent.voxels())]) {}

  /// Sets all elements to `value`.
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
