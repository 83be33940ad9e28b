// SPDX-License-Identifier: Apache-2.0
// What a mask adds to a Fourier shell correlation, and the correlation without it.
#pragma once

#include <cstdint>

#include "average/fsc.hpp"

namespace dfe::average {

/// Correlations of two half maps, shell by shell.
struct MaskedCorrelation {
  ShellCorrelation unmasked;
  std::vector<double> masked;
  std::vector<double> randomized;  ///< masked, after phases beyond `randomized_from` were lost
  std::vector<double> corrected;   ///< (masked - randomized) / (1 - randomized) beyond it
  std::int64_t randomized_from = 0;
};

/// Both maps are multiplied by `mask` (values from 0 to 1, the same box) and correlated. A mask
/// with a sharp edge or a tight fit correlates by itself. By how much is seen when phases are
/// random from the first shell on where the unmasked correlation is below 0.8: what correlates then
/// is the mask. As in RELION, the correction begins two shells further out, and shells before that
/// have the masked value. Where 1 - randomized is below 1e-6 the corrected value is 0.
/// Throws a usage `Error` for what `shell_correlation` refuses, and for a mask of another box, of
/// values outside 0 to 1, or of zeros alone. Source: Chen et al., Ultramicroscopy 135 (2013) 24.
MaskedCorrelation masked_correlation(VolumeView<const float> a, VolumeView<const float> b,
                                     VolumeView<const float> mask, std::uint64_t seed = 0);

}  // namespace dfe::average
