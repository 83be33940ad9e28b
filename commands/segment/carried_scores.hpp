// SPDX-License-Identifier: Apache-2.0
// Score maps on the grid of the tomogram, made from those that the network wrote on its own grid:
// rotated and resampled volumes have their scores carried back, as their labels are.
#pragma once

#include <filesystem>

#include "commands/segment/segment_parts.hpp"

namespace dfe {

/// Where the network writes scores that end up in `scores`: there, if its grid is that of the label
/// map to write, else in a file beside it.
std::filesystem::path network_scores(const std::filesystem::path& scores,
                                     const OpenTomogram& tomogram);

/// Brings the scores from `network_scores` to `scores` by linear interpolation, and removes the
/// file beside it. Nothing to do where the two are one.
void carry_scores_back(const std::filesystem::path& scores, const OpenTomogram& tomogram,
                       const SegmentRequest& request, const Weights& weights, Job& job);

}  // namespace dfe
