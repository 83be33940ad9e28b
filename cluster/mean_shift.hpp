// SPDX-License-Identifier: Apache-2.0
// Mean shift with a flat kernel and bin seeding: the steps of scikit-learn's
// MeanShift(bandwidth=radius, bin_seeding=True), on a bit volume. Each step is a function of its
// own. Source: scikit-learn 1.2.1, sklearn/cluster/_mean_shift.py (described, not copied).
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/foreground.hpp"

namespace dfe {

/// The cells along one axis of `size` voxels: for each voxel the number of its cell, counted from
/// the first, and each cell's seed coordinate.
struct CellAxis {
  std::vector<std::int32_t> cell_of;
  std::vector<double> seed;

  /// `edge` of a voxel along the axis, in the unit of the radius.
  CellAxis(std::int64_t size, double radius, double edge);

  std::int64_t cells() const { return static_cast<std::int64_t>(seed.size()); }
  double seed_of(std::int64_t at) const {
    return seed[static_cast<std::size_t>(cell_of[static_cast<std::size_t>(at)])];
  }
};

constexpr std::int64_t kMaxSeeds =
    std::int64_t{1} << 26;  // 2 GB of modes; a tomogram of particles has some ten thousands

/// Throws a usage `Error` where seeds are too many to be meant.
void check_seed_count(std::int64_t seeds, const Bandwidth& bandwidth);

/// Starting points in the order in which their cells appear in memory order: centres, rounded to
/// float, of the cells of edge `radius` around multiples of `radius` that hold a voxel. Where every
/// voxel has a cell to itself the voxels are the seeds. Checks their number.
std::vector<Point3> bin_seeds(ThreadPool& pool, const Foreground& foreground,
                              const Bandwidth& bandwidth);

/// climb_by on the bits.
Mode climb(const Foreground& foreground, const Point3& seed, const Bandwidth& bandwidth);

/// Sorts modes by (neighbours, z, y, x), largest first, and drops those within the radius of a kept
/// one before it. Modes at exactly the same place count once, with the neighbours of the last of
/// them.
std::vector<Mode> keep_distinct(std::vector<Mode> modes, const Extent3& extent,
                                const Bandwidth& bandwidth);

/// The ends of the climbs from all seeds, in their order.
std::vector<Mode> climb_all(ThreadPool& pool, const Foreground& foreground,
                            const Bandwidth& bandwidth, ProgressShare& progress);

/// An upper bound of the number of seeds: every one holds a voxel in a cell of its own.
std::int64_t most_seeds(const Extent3& extent, const Point3& radii_voxels,
                        std::int64_t foreground_voxels);

/// An upper bound of the memory of `climb_all` and `keep_distinct` beside the bits, in bytes.
std::int64_t mean_shift_bytes(std::int64_t seeds);

}  // namespace dfe
