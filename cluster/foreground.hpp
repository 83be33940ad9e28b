// SPDX-License-Identifier: Apache-2.0
// The voxels to cluster as a bit volume, one bit per voxel, with the sums over balls that mean
// shift lives on. Sums are integers, so they do not depend on the order in which anything is added.
// Rows are padded to bytes; a row's part inside a ball is looked up in a small table, a few bits at
// a time, on any CPU.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "core/parallel.hpp"
#include "dfengine/volume.hpp"
#include "kernels/mean_shift_math.hpp"

namespace dfe {

class ProgressShare;

/// Bit c: label c occurs.
using LabelSet = std::bitset<256>;

class Foreground {
 public:
  /// Takes the voxels labelled `class_label`, or all that are not 0 where `class_label` is 0. One
  /// pass over the map.
  Foreground(ThreadPool& pool, VolumeView<const std::uint8_t> labels, int class_label,
             ProgressShare& progress);

  Extent3 extent() const { return extent_; }

  /// Number of voxels taken.
  std::int64_t count() const { return count_; }

  /// The labels that were taken in one plane, and in the whole map.
  const LabelSet& plane_labels(std::int64_t z) const {
    return plane_labels_[static_cast<std::size_t>(z)];
  }
  LabelSet labels() const;

  /// The bits of a row; bit k of byte b is voxel x = 8·b + k, bits beyond the row's end are 0.
  const std::uint8_t* row(std::int64_t z, std::int64_t y) const {
    return bits_.data() + (z * extent_.y + y) * row_bytes_;
  }

  std::int64_t row_bytes() const { return row_bytes_; }

  /// Sums over all voxels within the radius of `centre`, the boundary included. Cost: π·radius²
  /// rows of 2·radius / 11 table look-ups.
  PointSum ball(const Point3& centre, const Bandwidth& bandwidth) const;

  /// Memory of the bits and label sets for a volume.
  static std::int64_t bytes(const Extent3& extent);

 private:
  /// `Pieces` table look-ups hold the longest row; 0: any number of windows.
  template <int Pieces>
  PointSum ball_of(const Point3& centre, const Bandwidth& bandwidth) const;

  Extent3 extent_;
  std::int64_t row_bytes_ = 0, count_ = 0;
  std::vector<std::uint8_t> bits_;
  std::vector<LabelSet> plane_labels_;
};

}  // namespace dfe
