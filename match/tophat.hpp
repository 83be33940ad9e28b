// SPDX-License-Identifier: Apache-2.0
// Sharp peaks told from broad ridges (membranes, ice) by the white tophat of the scores, as
// pytom-match-pick does.
#pragma once

#include <cstdint>

#include "core/parallel.hpp"
#include "dfengine/volume.hpp"
#include "match/score_histogram.hpp"

namespace dfe::match {

/// What the opening of the scores by a voxel and its neighbours takes away: scores minus the
/// highest, over the neighbourhoods that contain a voxel, of the lowest score in each.
/// `connectivity` 1: the 6 neighbours that share a face; 2: also the 12 that share an edge; 3: all
/// 26; others are a usage `Error`. Beyond the faces is nothing. The result is SciPy's
/// `white_tophat` with `generate_binary_structure(3, connectivity)`.
Volume<float> white_tophat(VolumeView<const float> scores, int connectivity, ThreadPool& pool);

/// The parabola fitted to the logarithm of a tophat's histogram, and the cut-off from it.
struct TophatFit {
  double amplitude = 0, mean = 0, deviation = 0;
  double cut_off = 0;
};

/// Fits a Gaussian to the first descent of the histogram without its first two bins: up to the bin
/// where the second difference of the logarithm first turns from negative to positive. The cut-off
/// is where that Gaussian leaves `expected` voxels, for amplitude / (√(2π) · σ) voxels, as
/// in pytom-match-pick (which takes 50 bins). Throws `Error` where the descent is no Gaussian.
TophatFit fit_tophat(const ScoreHistogram& histogram, double expected);

/// 1 where the tophat is above the cut-off: a mask for `find_peaks`.
Volume<std::uint8_t> above(VolumeView<const float> tophat, double cut_off, ThreadPool& pool);

}  // namespace dfe::match
