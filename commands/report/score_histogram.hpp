// SPDX-License-Identifier: Apache-2.0
// The histogram of template matching scores, as a vector image that stays sharp at any zoom: how
// many voxels have which score, what noise would have, and the threshold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dfe::io::report {

/// Voxels per bin; all series have the same bins.
struct ScoreCounts {
  std::string name;
  std::vector<std::int64_t> counts;
};

struct ScoreHistogramPlot {
  std::string title, x_label = "Score";
  double low = 0, high = 1;         ///< ends of the bins' range
  std::vector<ScoreCounts> series;  ///< templates, decoys
  std::vector<double> expected;     ///< from noise, per bin; or empty
  std::optional<double> threshold;  ///< a line, if it is inside the range
};

/// The text of an SVG file. Counts are on a logarithmic axis that begins at half a voxel, or the
/// few particles would not be seen next to the noise. Throws a usage `Error` for an empty range, no
/// bins or series of another number of bins.
std::string score_histogram_svg(const ScoreHistogramPlot& plot);

}  // namespace dfe::io::report
