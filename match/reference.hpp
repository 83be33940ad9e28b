// SPDX-License-Identifier: Apache-2.0
// The score by its definition, in double and without Fourier transforms of the tomogram: what the
// engines are tested against. Slow.
#pragma once

#include <span>

#include "dfengine/particle.hpp"
#include "match/match_template.hpp"

namespace dfe::match {

/// What `exact_scores` gives, up to its rounding.
ScoreMap reference_scores(VolumeView<const float> tomogram, const MatchTemplate& t,
                          std::span<const Rotation> orientations, const ScoreOptions& options);

}  // namespace dfe::match
