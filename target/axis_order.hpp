// SPDX-License-Identifier: Apache-2.0
// Which order of axes a list was written in, told by the tomogram: where particles are, its grey
// values differ from those around, in positions with x and z exchanged they do not. Whether
// particles are dark or bright does not matter. docs/design/axis_order.md has the measurements that
// the thresholds come from.
#pragma once

#include <cstdint>
#include <vector>

#include "dfengine/particle.hpp"
#include "dfengine/volume_source.hpp"

namespace dfe::targets {

/// How far the grey values at the positions of a list are from chance in either order, in standard
/// deviations of what as many random positions nearby give; below 0 where they are darker.
struct AxisOrderScores {
  double listed = 0;
  double exchanged = 0;
  std::int64_t positions = 0;  ///< that were looked at: far from the plane x = z and from one
                               ///< another, inside the tomogram in both orders
  bool same = false;           ///< the orders differ by less than a voxel at every position
};

/// Reads boxes of 13³ voxels around at most 128 positions, evenly taken from the list, in both
/// orders, and around 256 random ones for each. `Particle::tomogram` is ignored.
AxisOrderScores score_axis_orders(const VolumeSource& tomogram,
                                  const std::vector<Particle>& particles);

enum class AxisOrder { Listed, Exchanged, Unknown };

/// An order counts if it is at least this far from chance, and the other at most half as far.
inline constexpr double kFarFromChance = 5;

AxisOrder tell_axis_order(const AxisOrderScores& scores);

}  // namespace dfe::targets
