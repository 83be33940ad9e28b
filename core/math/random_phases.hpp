// SPDX-License-Identifier: Apache-2.0
// Volumes whose phases say nothing: the same power at every frequency, no structure. Template
// matching makes decoys of them, Fourier shell correlation tells by them what a mask adds.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/random_purpose.hpp"
#include "dfengine/volume.hpp"

namespace dfe::math {

/// Which random phases.
struct PhaseSeed {
  std::uint64_t seed = 0;
  RandomPurpose purpose{};
  std::uint32_t step = 0;  ///< other phases for each step
};

/// `volume` with a random phase for each pair of Fourier coefficients k and -k whose |k|, in steps
/// of the transform, is at least `from`. Amplitudes and the mean stay; a coefficient that is its
/// own partner stays real and gets a random sign. Throws `Error` of `area`, the caller's, for
/// extents that FFTW does not take.
Volume<float> with_random_phases(VolumeView<const float> volume, double from, const PhaseSeed& seed,
                                 std::string_view area);

}  // namespace dfe::math
