// SPDX-License-Identifier: Apache-2.0
// Positions in voxels and in Å, side by side, state a voxel size. How exactly they state it follows
// from the digits that are written: 3 and 30 Å may be 2.6 and 26.4 Å, so a voxel of 12 Å fits, too.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "io/lists/table.hpp"
#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// A number and half a unit of its last digit.
struct WrittenNumber {
  double value = 0, half = 0;
};
WrittenNumber written_number(std::string_view text);

/// One coordinate of a particle in both units.
struct BothUnits {
  std::size_t row = 0;
  int axis = 0;  ///< 0 for x, 1 for y, 2 for z
  WrittenNumber voxels, angstrom;
};

/// Throws an `Error` where a coordinate contradicts the voxel size along its axis by more than 1 %.
void check_coordinate(const Table& table, const BothUnits& both, const VoxelSize& voxel_size);

/// The voxel size that the coordinates of one tomogram state, and the share up to which they leave
/// it open; unknown where they do not state it along every axis. Throws an `Error` where they
/// contradict each other.
struct StatedSize {
  VoxelSize voxel_size;
  double open = 0;
};
StatedSize stated_size(const Table& table, const std::vector<BothUnits>& coordinates);

}  // namespace dfe::io::lists
