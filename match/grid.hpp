// SPDX-License-Identifier: Apache-2.0
// A volume's Fourier transform and correlations with it, in passes that stay in cache. Along x and
// y planes are transformed, along z columns; a spectrum's columns are contiguous. The layout is in
// points of 16 lines (kernels/fourier.hpp), frequencies in the order of the kernels.
#pragma once

#include <functional>
#include <memory>

#include "core/parallel.hpp"
#include "dfengine/extent.hpp"
#include "kernels/fourier_transform.hpp"

namespace dfe::match {

/// Floats aligned for the kernels, zeros at first.
class Floats {
 public:
  Floats() = default;
  explicit Floats(std::int64_t count);
  float* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* p) const;
  };
  std::unique_ptr<float[], Free> data_;
  std::int64_t size_ = 0;
};

/// Writes 16 rows of a plane as points: row `first_row` + lane, voxel x at points + x *
/// kFourierPoint + lane, its imaginary part kFourierLanes after it.
using RowPacker = std::function<void(std::int64_t z, std::int64_t first_row, float* points)>;

/// What of a box is not zero: planes, rows and columns from 0 on.
using Occupied = Extent3;

class Grid {
 public:
  Grid(const Extent3& extent, ThreadPool& pool, const FourierKernels& kernels);

  const Extent3& extent() const { return extent_; }
  /// Floats of `planes` transformed planes; of a spectrum; and of a field of real values.
  std::int64_t plane_floats(std::int64_t planes) const { return planes * plane_; }
  std::int64_t spectrum_floats() const;
  std::int64_t field_floats() const { return extent_.z * field_plane_; }
  /// The place of a voxel in a field: (z, row / 16, x, row % 16).
  std::int64_t field_place(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return z * field_plane_ + (y / kFourierLanes * extent_.x + x) * kFourierLanes +
           y % kFourierLanes;
  }
  /// Bytes of scratch of all threads.
  std::int64_t scratch_bytes() const;

  /// Transforms the planes of a box along x and y.
  void forward_planes(const Occupied& occupied, const RowPacker& pack, const Floats& planes) const;
  /// Transforms all planes along z, too: `spectrum` gets the columns.
  void spectrum(const Floats& planes, std::int64_t count, const Floats& spectrum) const;
  /// Transforms `box`, whose first `count` planes are not zero, along z, multiplies the spectrum by
  /// the conjugate and transforms back along z into `planes`.
  void correlate_columns(const Floats& box, std::int64_t count, const Floats& spectrum,
                         const Floats& planes) const;
  /// Transforms planes back along y and x and keeps the best scores. Overwrites `planes`.
  void best_scores(const Floats& planes, const FourierScores& fields) const;
  /// Transforms planes back along y and x: real parts into one field, imaginary ones into another,
  /// or nowhere if it is null. Overwrites `planes`.
  void fields(const Floats& planes, float* real, float* imaginary) const;

 private:
  /// 16 rows of a plane, transformed back along y, as points along x.
  void gather_rows(const float* plane, std::int64_t block, float* points) const;

  Extent3 extent_;
  ThreadPool& pool_;
  const FourierKernels& kernels_;
  std::int64_t x_blocks_, y_blocks_, block_, plane_, field_plane_, scratch_;
  FourierTransform z_, y_, x_;
  mutable Floats scratches_;
};

}  // namespace dfe::match
