// SPDX-License-Identifier: Apache-2.0
// Whether a template has the contrast of a tomogram, by trying both.
#pragma once

#include "dfengine/observer.hpp"
#include "match/match_template.hpp"

namespace dfe::match {

struct ContrastTrial {
  enum class Fit { AsGiven, Negated, Unclear } fit = Fit::Unclear;
  double as_given = 0, negated = 0;  ///< means of the best thousandth of the scores
};

/// Matches the template and its negative with the middle of the tomogram, at most 64x160x160 voxels
/// or what the template needs, in 72 orientations. One is said to fit if the mean of its best
/// scores is at least 1.1 times the other's.
///
/// Options  `valid`, `edge` and `compute`; `searched` is not used
/// Threads  change no bit
/// Errors   those of `exact_scores`
ContrastTrial try_contrasts(VolumeView<const float> tomogram, const MatchTemplate& t,
                            const ScoreOptions& options, Observer* observer = nullptr);

}  // namespace dfe::match
