// SPDX-License-Identifier: Apache-2.0
// The voxel size that positions in voxels and in Å, side by side, state. A number stands for all
// that its digits allow: 3 and 30 Å may be 2.6 and 26.4 Å, so voxels of 12 Å fit, too. Each pair
// leaves a range of sizes, and pairs that belong together must have one in common.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace dfe::io::lists {

/// A number and half a unit of its last digit.
struct WrittenNumber {
  double value = 0, half = 0;
};

/// One coordinate of a particle in both units.
struct BothUnits {
  std::size_t row = 0;
  std::size_t axis = 0;  ///< 0 for x, 1 for y, 2 for z
  WrittenNumber voxels, angstrom;
};

/// Sizes of a voxel along one axis, in Å; empty if `low` is above `high`.
struct SizeRange {
  double low = 0, high = std::numeric_limits<double>::infinity();

  bool empty() const { return low > high; }
  bool bounded() const { return low > 0 && high < std::numeric_limits<double>::infinity(); }
  /// Half its width, as a share of its middle.
  double open() const { return (high - low) / (high + low); }
  /// Whether it has a size up to `share` from this one.
  bool has(double size, double share) const {
    return size >= low * (1 - share) && size <= high * (1 + share);
  }
};

/// The sizes with which the two numbers are one place, counted from the centre of voxel 0.
SizeRange sizes_of(const BothUnits& both);

/// What the coordinates of one tomogram state; x, y, z.
struct SizeFit {
  std::array<SizeRange, 3> ranges;
  std::array<double, 3> edges{};            ///< the best sizes; 0 along an axis that states none
  std::array<double, 3> offset_angstrom{};  ///< where the Å columns have voxel 0
};

/// The simplest explanation of all coordinates: first cubic voxels, then others; first Å from the
/// centre of voxel 0, then from its faces, then from any point that two or more places along the
/// axis agree on. Sizes in one tomogram may differ by 1 %, as those of a list and a tomogram may.
/// Nothing if there is none.
std::optional<SizeFit> fit_sizes(const std::vector<BothUnits>& coordinates);

}  // namespace dfe::io::lists
