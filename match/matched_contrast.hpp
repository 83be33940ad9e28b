// SPDX-License-Identifier: Apache-2.0
// The contrast that a template has when it meets the tomogram.
#pragma once

#include "match/match_template.hpp"
#include "match/template_body.hpp"

namespace dfe::match {

/// The contrast of the density after its Fourier coefficients were multiplied by the weights. A CTF
/// with its sign is negative at low frequencies, where most of a particle's energy is: it makes a
/// bright density dark, so a template with such weights must not be negated for a tomogram with
/// dark particles.
///
/// Weights  turn the contrast over if Σ w |F|² / Σ |w| |F|² over all frequencies but 0 is -0.2 or
///          less; between -0.2 and 0.2 the contrast is unclear
/// Errors   what `check_template` refuses
Contrast matched_contrast(const MatchTemplate& t);

}  // namespace dfe::match
