// SPDX-License-Identifier: Apache-2.0
// A tomogram on a backend that takes its voxels as they are stored, and converts and normalizes
// them itself. Statistics and results are the same bits as those of the host, because both add up
// each row in the same order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "dfengine/geometry.hpp"

namespace dfe {

struct PlaneBuffer;

/// Mean of a row of voxels and sum of their squared deviations from it; with voxels that are NaN or
/// infinite only their number counts.
struct RowMoments {
  double mean = 0, squares = 0;
  std::int64_t not_finite = 0;
};

class VoxelInput {
 public:
  virtual ~VoxelInput() = default;

  /// Reads the volume once; take(z, rows) gets the moments of the rows of each plane, in order.
  using TakeRows = std::function<void(std::int64_t z, std::span<const RowMoments> rows)>;
  virtual void row_moments(const TakeRows& take) = 0;

  /// Writes plane z of the network's input x: the voxels of `box`, one plane of the volume or
  /// nothing, as (v - mean) * scale in double, rounded to float; zeros where x reaches beyond the
  /// box.
  virtual void store_plane(const PlaneBuffer& x, std::int64_t z, const Box3& box, double mean,
                           double scale) = 0;
};

}  // namespace dfe
