// SPDX-License-Identifier: Apache-2.0
// Filters of tomogram and template. Both are filtered alike, or the score would compare two
// different pictures of a particle.
#pragma once

#include "dfengine/volume.hpp"

namespace dfe {

/// Gaussian edges that pass half of the amplitude at these resolutions, as in pytom-match-pick.
struct BandPass {
  double low_pass_angstrom = 0, high_pass_angstrom = 0;  ///< 0: none

  bool any() const { return low_pass_angstrom > 0 || high_pass_angstrom > 0; }
  /// The factor at a spatial frequency in 1/Å.
  double factor(double frequency) const;
};

/// Filters a volume with opposite faces joined, in place.
void filter_volume(VolumeView<float> volume, const BandPass& band, double voxel_angstrom);

/// Multiplies weights, in the order of frequencies 0, 1, ..., -2, -1, by the filter.
void filter_weights(VolumeView<float> weights, const BandPass& band, double voxel_angstrom);

}  // namespace dfe
