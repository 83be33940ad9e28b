// SPDX-License-Identifier: Apache-2.0
// The voxel sizes of a CSV list whose columns have positions in voxels and in Å.
#pragma once

#include <array>

#include "io/lists/table.hpp"
#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Columns of one axis; -1: none. A row with a shift (ArtiaX) does not say which position its Å
/// are.
struct AxisColumns {
  int voxels = -1, angstrom = -1, shift = -1;
};

/// Checks Å next to voxels and takes the voxel size of every tomogram from them, unless a column
/// states it or `--voxel-size` decides. Particle i of `list` is row i of the table; x, y, z. Throws
/// an `Error` where they contradict each other, the stated size, or the tomogram's.
void take_column_sizes(const Table& table, const std::array<AxisColumns, 3>& columns,
                       const ListOptions& options, ParticleList& list);

}  // namespace dfe::io::lists
