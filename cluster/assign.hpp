// SPDX-License-Identifier: Apache-2.0
// Every voxel to its nearest centre. The volume is walked in small blocks; a block first finds the
// few centres that can be nearest to any of its voxels, so that a voxel compares with those alone.
// Exact: of equally near centres the one earlier in the list wins.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cluster/foreground.hpp"
#include "cluster/point_grid.hpp"

namespace dfe {

/// A voxel and the number of its nearest centre.
struct Member {
  Index3 voxel;
  std::uint32_t centre = 0;
};

class NearestCentre {
 public:
  /// The radius of `spacing` is about the distance between centres: it sets the sizes of blocks and
  /// cells, not the result. The unit of `spacing` is that of the distances.
  NearestCentre(std::vector<Point3> centres, const Extent3& extent, const Bandwidth& spacing);

  const std::vector<Point3>& centres() const { return centres_; }
  const PointGrid& grid() const { return grid_; }
  const Bandwidth& spacing() const { return spacing_; }

  /// Edge of the blocks in voxels, a power of two up to 8.
  std::int64_t block_edge() const { return block_edge_; }

  /// Hands the members of every non-empty block of planes [z_begin, z_end) to visit(members,
  /// worker), from several threads at once. z_begin is a multiple of 8. `progress` counts blocks of
  /// rows where not null.
  void for_each_block(ThreadPool& pool, const Foreground& foreground, std::int64_t z_begin,
                      std::int64_t z_end, ProgressShare* progress,
                      const std::function<void(std::span<const Member>, int)>& visit) const;

 private:
  void find_candidates(const Point3& low, const Point3& high,
                       std::vector<std::uint32_t>& found) const;

  std::vector<Point3> centres_;
  Extent3 extent_;
  Bandwidth spacing_;
  std::int64_t block_edge_;
  PointGrid grid_;
};

}  // namespace dfe
