// SPDX-License-Identifier: Apache-2.0
// Which predictions lie within reach of which true particles.
#pragma once

#include <cstdint>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe {

/// A true and a predicted particle, by their place in their lists.
struct Neighbours {
  std::int32_t truth = 0, predicted = 0;
  double distance = 0;
};

/// All pairs at most `reach[truth]` apart (`inclusive`) or closer (not), ordered by truth, then
/// predicted. A reach has a number of voxels along each axis; those with different numbers are
/// lengths in Å on voxels that are not cubic, all of the same shape. Distances are in voxels, or in
/// edges of a voxel along x where there is such a reach. Throws `Error` where there are more pairs
/// than any sensible distance gives.
std::vector<Neighbours> find_neighbours(const std::vector<Particle>& truth,
                                        const std::vector<Particle>& predicted,
                                        const std::vector<Point3>& reach, bool inclusive);

}  // namespace dfe
