// SPDX-License-Identifier: Apache-2.0
// What both methods have in common: a cluster as sums over its members, and how clusters become
// particles.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster/foreground.hpp"
#include "dfengine/cluster.hpp"

namespace dfe {

struct Cluster {
  PointSum members;             ///< all member voxels, of any label
  int label = 0;                ///< the class most members have, the lowest of equals
  std::int64_t votes = 0;       ///< members of that class
  std::int64_t score_sum = 0;   ///< over those, in units of 1 / kScoreUnits
  Point3 mode;                  ///< where mean shift converged
  std::int64_t neighbours = 0;  ///< voxels in the last ball around it
};

/// Probabilities are added up as whole numbers, so that a score does not depend on the order of its
/// voxels. A cluster may have 2^33 voxels before the sum overflows.
constexpr double kScoreUnits = 1 << 30;

/// A probability in those units; what is not a number counts as 0.
std::int64_t score_units(float probability);

/// Keeps the clusters that are large enough and writes them down in the given order. The ball with
/// `ball_radii` (voxels) sets the size that scores 1 where there are no score maps; 0 leaves such
/// scores out.
ParticleList make_pick_list(const std::vector<Cluster>& clusters, const LabelMap& map,
                            const ClusterOptions& options, bool has_scores,
                            const Point3& ball_radii);

}  // namespace dfe
