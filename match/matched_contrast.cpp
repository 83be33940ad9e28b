// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "match/matched_contrast.hpp"

#include <algorithm>
#include <cmath>

#include "core/math/fft.hpp"

namespace dfe::match {

namespace {

constexpr double kClear = 0.2;

/// Σ w |F|² / Σ |w| |F|²: how much of what is left keeps its sign.
double kept_sign(const MatchTemplate& t) {
  const Extent3 n = t.density.extent();
  const math::VolumeSpectrum spectrum("match", t.density.view());
  spectrum[0] = 0;
  double sum = 0, size = 0;
  const math::Complex* value = spectrum.data();
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x <= n.x / 2; ++x, ++value) {
        const auto own = static_cast<double>(t.weights(z, y, x));
        const auto partner =
            static_cast<double>(t.weights((n.z - z) % n.z, (n.y - y) % n.y, (n.x - x) % n.x));
        // Both halves of the spectrum, but planes that are their own partner once.
        const double times = x == 0 || 2 * x == n.x ? 1 : 2;
        const double energy = times * static_cast<double>(std::norm(*value)) * (own + partner) / 2;
        sum += energy;
        size += std::abs(energy);
      }
  return size > 0 ? sum / size : 0;
}

Contrast turned_over(Contrast contrast) {
  return contrast == Contrast::Bright ? Contrast::Dark
         : contrast == Contrast::Dark ? Contrast::Bright
                                      : Contrast::Unclear;
}

}  // namespace

Contrast matched_contrast(const MatchTemplate& t) {
  check_template(t);
  const Contrast contrast = template_body(t.density.view(), t.mask.view()).contrast;
  if (t.weights.voxels() == 0) return contrast;
  const double sign = kept_sign(t);
  if (std::abs(sign) < kClear) return Contrast::Unclear;
  return sign > 0 ? contrast : turned_over(contrast);
}

}  // namespace dfe::match
