// SPDX-License-Identifier: Apache-2.0
// From a map of scores to particles. docs/design/match_peaks.md says why peaks are found so.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/parallel.hpp"
#include "dfengine/particle.hpp"
#include "dfengine/volume.hpp"

namespace dfe::match {

/// What a peak of one template must be.
struct PeakRule {
  float threshold = 0;      ///< its score is above this
  Point3 exclusion_voxels;  ///< radii along the axes; around a peak no lower one is kept, to the
                            ///< radius itself
  Point3 border_voxels;  ///< a peak is at least this far from the centres of the outermost voxels
};

struct PeakOptions {
  std::vector<PeakRule> rules{PeakRule{}};   ///< one per template
  VolumeView<const std::uint8_t> templates;  ///< which template a voxel's score belongs to; may be
                                             ///< empty if there is one rule
  VolumeView<const std::uint8_t> mask;       ///< 0 where no peak is wanted; or empty
  std::int64_t most = 0;                     ///< number of peaks; 0: no limit
};

struct Peak {
  Index3 voxel;            ///< of the highest score
  Point3 position_voxels;  ///< where the score is highest between voxels
  float score = 0;         ///< of the voxel
  std::size_t template_id = 0;
};

/// Peaks by falling score; of equal scores the one that comes first in memory is first.
///
/// Peak     a voxel whose score no neighbour (of 26) exceeds, and no neighbour that is earlier in
///          memory equals. Neighbours count whether or not the mask keeps them, so the slope of a
///          structure outside the mask is no peak. Scores that are not finite count as the lowest
/// Order    the highest peak removes those within its exclusion radius, then the next one that is
///          left, and so on
/// Position `peak_position`
/// Threads  change nothing
/// Errors   usage `Error` for exclusion radii that are not above 0, borders below 0, thresholds
/// that
///          are not numbers, volumes of another extent, several rules without `templates`; `Error`
///          for a template without a rule
std::vector<Peak> find_peaks(VolumeView<const float> scores, const PeakOptions& options,
                             ThreadPool& pool);

/// Where the quadratic that has the values and central differences of the 3 x 3 x 3 scores around a
/// peak has its maximum. Where that quadratic has none within a voxel, each axis gets the vertex of
/// its own parabola. Along an axis on whose end the peak is, or where a neighbour is not finite,
/// the voxel's centre.
Point3 peak_position(VolumeView<const float> scores, const Index3& voxel);

/// Particles of class template_id + 1, with the orientation of each peak's voxel from the list of
/// its template. Throws `Error` for an id that the list does not have.
ParticleList particles_at(std::span<const Peak> peaks, VolumeView<const std::int32_t> ids,
                          std::span<const std::vector<Rotation>> orientations);

}  // namespace dfe::match
