// SPDX-License-Identifier: Apache-2.0
// How many voxels have which score: what thresholds, z-scores and plots are made from.
#pragma once

#include <cstdint>
#include <vector>

#include "core/parallel.hpp"
#include "dfengine/volume.hpp"

namespace dfe::match {

/// Counts in bins of equal width from `low` to `high`; a bin has its lower end, the last one both.
struct ScoreHistogram {
  double low = 0, high = 0;
  std::vector<std::int64_t> counts;

  double width() const { return (high - low) / static_cast<double>(counts.size()); }
  std::int64_t total() const;
  /// The score below which this share of the voxels is, linear within a bin. Throws `Error` for a
  /// histogram without counts.
  double quantile(double share) const;
};

/// Counts of the finite scores where the mask (may be empty) is not 0, from the lowest to the
/// highest. Threads change nothing. Throws `Error` if there are none.
ScoreHistogram score_histogram(VolumeView<const float> scores, VolumeView<const std::uint8_t> mask,
                               std::size_t bins, ThreadPool& pool);

/// A place and a width that few high scores do not move.
struct ScoreSpread {
  double median = 0;
  double deviation = 0;  ///< half the width of the middle 68.27 %: a Gaussian's standard deviation
};
ScoreSpread spread_of(const ScoreHistogram& histogram);

}  // namespace dfe::match
