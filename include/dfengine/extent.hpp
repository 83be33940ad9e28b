// SPDX-License-Identifier: Apache-2.0
// Sizes, positions and boxes on the voxel grid. The order is always (z, y, x): z is along the beam,
// y along the tilt axis, and x is fastest in memory.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "error.hpp"

namespace dfe {

/// Number of voxels along each axis.
struct Extent3 {
  std::int64_t z = 0, y = 0, x = 0;

  friend bool operator==(const Extent3&, const Extent3&) = default;

  /// Number of voxels, z·y·x. Throws `Error` if an axis is negative or the product exceeds 2^62,
  /// which only a damaged header can give.
  std::int64_t voxels() const {
    constexpr std::int64_t kLimit = std::int64_t{1} << 62;
    if (z < 0 || y < 0 || x < 0)
      throw Error("extent", to_string(), "negative size", "expected three sizes of at least 0");
    if (z == 0 || y == 0 || x == 0) return 0;
    if (y > kLimit / z || x > kLimit / (z * y))
      throw Error("extent", to_string(), "more than 2^62 voxels", "the header is damaged");
    return z * y * x;
  }

  std::string to_string() const {
    return std::to_string(z) + "x" + std::to_string(y) + "x" + std::to_string(x);
  }
};

/// Index of a voxel, 0-based. Voxel centres have integer coordinates.
struct Index3 {
  std::int64_t z = 0, y = 0, x = 0;

  friend bool operator==(const Index3&, const Index3&) = default;
};

/// A box of `extent` voxels whose first voxel is `begin`.
struct Box3 {
  Index3 begin;
  Extent3 extent;

  friend bool operator==(const Box3&, const Box3&) = default;
};

/// A point, or lengths along the axes, in voxels, or in Å if the variable's name says so. Voxel
/// centres have integer coordinates.
struct Point3 {
  double z = 0, y = 0, x = 0;

  friend bool operator==(const Point3&, const Point3&) = default;
};

}  // namespace dfe
