// SPDX-License-Identifier: Apache-2.0
// Mean shift with a flat kernel and bin seeding: the steps of scikit-learn's MeanShift(bandwidth=radius, bin_seeding=True), on a bit
// volume. Each step is a function of its own. Source: scikit-learn 1.2.1, sklearn/cluster/_mean_shift.py (described, not copied).
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/foreground.hpp"

namespace dfe {

/// Where a climb ended, and how many voxels the last ball held.
struct Mode {
  Point3 position;
  std::int64_t neighbours = 0;
};

/// Starting points in the order in which their cells appear in memory order: centres, rounded to float, of the cells of edge `radius`
/// around multiples of `radius` that hold a voxel. Where every voxel has a cell to itself the voxels are the seeds.
/// Throws a usage `Error` where they are too many to be meant.
std::vector<Point3> bin_seeds(ThreadPool& pool, const Foreground& foreground, double radius);

/// Moves a seed to the mean of the voxels in its ball until it moves by less than radius/1000, at most 300 times again. `neighbours`
/// is 0 where the seed's ball is empty.
Mode climb(const Foreground& foreground, const Point3& seed, double radius);

/// Sorts modes by (neighbours, z, y, x), largest first, and drops those within `radius` of a kept one before it. Modes at exactly the
/// same place count once, with the neighbours of the last of them.
std::vector<Mode> keep_distinct(std::vector<Mode> modes, const Extent3& extent, double radius);

/// All of the above: the cluster centres in scikit-learn's order.
std::vector<Mode> mean_shift(ThreadPool& pool, const Foreground& foreground, double radius, ProgressShare& progress);

/// An upper bound of the number of seeds: every one holds a voxel in a cell of its own.
std::int64_t most_seeds(const Extent3& extent, double radius, std::int64_t foreground_voxels);

/// An upper bound of the memory of `mean_shift` beside the bits, in bytes.
std::int64_t mean_shift_bytes(std::int64_t seeds);

}  // namespace dfe
