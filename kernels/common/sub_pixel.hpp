// SPDX-License-Identifier: Apache-2.0
// The algebra that turns "double by nearest neighbour, then convolve 2x2x2 padded at the high end"
// into 8 small convolutions on the tensor before doubling. Along one axis, with x the small and u
// the doubled signal (u[i] = x[i / 2]):
//   y[2j]     = w0·u[2j]   + w1·u[2j+1] = (w0 + w1)·x[j]
//   y[2j + 1] = w0·u[2j+1] + w1·u[2j+2] = w0·x[j] + w1·x[j+1],  x beyond the high end is zero
// so an even position has one tap and an odd one two; in three dimensions the parities have 1, 2,
// 2, 2, 4, 4, 4 and 8 taps.
#pragma once

#include <cstdint>
#include <vector>

namespace dfe {

/// Taps along one axis of an output of this parity: 1 for even, 2 for odd positions.
constexpr std::int64_t sub_pixel_taps(std::int64_t parity) { return parity + 1; }

/// Weights of one parity (pz, py, px): (taps z, taps y, taps x, Ci, Co) from the full kernel w
/// (2,2,2,Ci,Co), `channels` = Ci·Co. Sums are formed in double and rounded once.
inline std::vector<float> sub_pixel_weights(const float* w, std::int64_t channels, std::int64_t pz,
                                            std::int64_t py, std::int64_t px) {
  const std::int64_t tz = sub_pixel_taps(pz), ty = sub_pixel_taps(py), tx = sub_pixel_taps(px);
  std::vector<double> sums(static_cast<std::size_t>(tz * ty * tx * channels), 0.0);
  for (std::int64_t a = 0; a < 2; ++a)
    for (std::int64_t b = 0; b < 2; ++b)
      for (std::int64_t c = 0; c < 2; ++c) {
        // an even position has a single tap, which takes both weights of the axis
        const std::int64_t tap = ((pz ? a : 0) * ty + (py ? b : 0)) * tx + (px ? c : 0);
        const float* const from = w + ((a * 2 + b) * 2 + c) * channels;
        for (std::int64_t i = 0; i < channels; ++i)
          sums[static_cast<std::size_t>(tap * channels + i)] += static_cast<double>(from[i]);
      }
  std::vector<float> weights(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) weights[i] = static_cast<float>(sums[i]);
  return weights;
}

}  // namespace dfe
