// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "core/math/random_phases.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/math/fft.hpp"
#include "core/philox.hpp"

namespace dfe::math {

namespace {

Complex with_random_phase(const Complex& value, std::int64_t k, std::int64_t partner,
                          const PhaseSeed& seed) {
  if (k == 0) return value;
  const Philox random(seed.seed, seed.purpose);
  const auto angle = 2 * std::numbers::pi *
                     static_cast<double>(random.uniform(
                         seed.step, static_cast<std::uint64_t>(std::min(k, partner))));
  const double amplitude = std::abs(std::complex<double>(value));
  if (k == partner)
    return {static_cast<float>(angle < std::numbers::pi ? amplitude : -amplitude), 0};
  return Complex(std::polar(amplitude, k < partner ? angle : -angle));
}

/// The frequency of place `i` among `size`, without its sign.
std::int64_t steps(std::int64_t i, std::int64_t size) { return std::min(i, size - i); }

void randomize(Complex* value, const Extent3& n, double from, const PhaseSeed& seed) {
  const auto place = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return (z % n.z * n.y + y % n.y) * n.x + x % n.x;
  };
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x <= n.x / 2; ++x, ++value) {
        const std::int64_t kz = steps(z, n.z), ky = steps(y, n.y);
        if (static_cast<double>(kz * kz + ky * ky + x * x) < from * from) continue;
        *value = with_random_phase(*value, place(z, y, x), place(n.z - z, n.y - y, n.x - x), seed);
      }
}

}  // namespace

Volume<float> with_random_phases(VolumeView<const float> volume, double from, const PhaseSeed& seed,
                                 std::string_view area) {
  VolumeSpectrum spectrum(area, volume);
  randomize(spectrum.data(), volume.extent, from, seed);
  Volume<float> result(volume.extent);
  spectrum.backward(result.view());
  const auto scale = 1 / static_cast<float>(result.voxels());
  for (float& value : result.span()) value *= scale;
  return result;
}

}  // namespace dfe::math
