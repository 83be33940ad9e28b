// SPDX-License-Identifier: Apache-2.0
// Which scores are believed: by the Gaussian noise of the scores, or by decoys.
// docs/design/match_peaks.md compares them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "match/score_histogram.hpp"

namespace dfe::match {

/// The x at which erfc(x) = y, for y in (0, 2); to 1e-14 of x.
double inverse_erfc(double y);

/// The score that noise exceeds `expected` times among `searched` independent scores of mean 0 and
/// standard deviation σ: √2 · σ · erfc⁻¹(2 · expected / searched). pytom-match-pick's cut-off,
/// where `searched` is voxels · orientations and σ the root of the mean square over all of them.
/// Throws a usage `Error` unless 0 < expected <= searched / 2 and σ > 0. Source: Rickgauer et al.
/// (2017).
double false_positive_threshold(double expected, double searched, double deviation);

/// Noise whose best of `orientations` independent scores is what a map of best scores shows.
struct NoiseFit {
  double deviation = 0;     ///< of one score
  double orientations = 0;  ///< effective number: neighbouring orientations are not independent
};

/// Noise of mean 0 whose best scores have the quartiles of the histogram. Particles are too few to
/// move those. Throws `Error` where no Gaussian noise has such quartiles, as for scores of a
/// tomogram that is mostly empty.
NoiseFit fit_noise(const ScoreHistogram& histogram);

/// The scores above `score` that noise as fitted would have among `voxels` best scores.
double expected_above(const NoiseFit& noise, double voxels, double score);

/// A peak of the map in which targets and decoys competed.
struct Candidate {
  double score = 0;
  bool decoy = false;
};

/// The q-value of each candidate: the least share of false ones in a list that goes down at least
/// to its score. A list down to some score has (1 + decoys) / (decoys_per_target · targets) false
/// ones, at most 1. Equal scores are taken together. For a decoy: the value of a target of its
/// score. The 1 makes the rate an upper bound also for few candidates, so `n` targets reach at best
/// 1 / n. Source: target-decoy competition, Elias and Gygi (2007); Barber and Candès (2015).
std::vector<double> q_values(std::span<const Candidate> candidates, double decoys_per_target = 1);

}  // namespace dfe::match
