// SPDX-License-Identifier: Apache-2.0
// How far apart orientations may be, from the template itself.
#pragma once

#include "dfengine/compute.hpp"
#include "match/match_template.hpp"

namespace dfe::match {

/// The score that is left at a particle whose orientation differs from the template's by an angle.
struct KeptScore {
  double mean = 1;   ///< over axes of the turn
  double worst = 1;  ///< about the axis that costs most
};

/// What a turn by `offset_deg` leaves of the score of a particle without noise: the normalized
/// correlation, under the template's mask, of the template in two orientations, both turned and
/// weighted as the engine does.
///
/// Axes     13 of the template's: edges, faces and corners of a cube. Each is a mean over 8
///          orientations, because the wedge stays where it is
/// Threads  change no bit
/// Errors   what `check_template` refuses
KeptScore score_kept(const MatchTemplate& t, double offset_deg, const ComputeOptions& compute = {});

struct AngularStep {
  double step_deg = 0;  ///< for `healpix_orientations`, down to a tenth of a degree
  double kept = 1;      ///< score at half of it about the worst axis
};

/// The largest step, of 1 to 60 degrees, whose half keeps the share `kept` of the score about every
/// axis. The lists of smaller steps contain none that are farther apart.
AngularStep automatic_step(const MatchTemplate& t, double kept = 0.88,
                           const ComputeOptions& compute = {});

}  // namespace dfe::match
