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
  double distance_voxels = 0;
};

/// All pairs at most `reach[truth]` apart (`inclusive`) or closer (not), ordered by truth, then
/// predicted. Throws `Error` where there are more pairs than any sensible distance gives.
std::vector<Neighbours> find_neighbours(const std::vector<Particle>& truth,
                                        const std::vector<Particle>& predicted,
                                        const std::vector<double>& reach, bool inclusive);

}  // namespace dfe
