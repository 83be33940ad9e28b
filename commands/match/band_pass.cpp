// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/band_pass.hpp"

#include <algorithm>
#include <cmath>

#include "core/math/fft.hpp"

namespace dfe {

namespace {

/// exp(-q² / (2 s²)), one half at q = 1 / resolution.
double half_at(double resolution_angstrom, double frequency) {
  const double q = frequency * resolution_angstrom;
  return std::exp2(-q * q);
}

/// The frequency of a Fourier coefficient along an axis, per voxel.
double frequency_of(std::int64_t i, std::int64_t n) {
  return static_cast<double>(2 * i <= n ? i : i - n) / static_cast<double>(n);
}

/// Calls change(value, factor) for coefficients (z, y, x), the first `width` ones along x.
template <class Value, class Change>
void for_each_coefficient(Value* values, const Extent3& n, std::int64_t width, const BandPass& band,
                          double voxel_angstrom, const Change& change) {
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const double q =
            std::hypot(frequency_of(z, n.z), frequency_of(y, n.y), frequency_of(x, n.x));
        change(*values++, band.factor(q / voxel_angstrom));
      }
}

}  // namespace

double BandPass::factor(double frequency) const {
  const double low = low_pass_angstrom > 0 ? half_at(low_pass_angstrom, frequency) : 1;
  const double high = high_pass_angstrom > 0 ? 1 - half_at(high_pass_angstrom, frequency) : 1;
  return low * high;
}

void filter_volume(VolumeView<float> volume, const BandPass& band, double voxel_angstrom) {
  const Extent3 n = volume.extent;
  math::VolumeSpectrum spectrum("match", volume);
  const double scale = 1 / static_cast<double>(n.voxels());
  for_each_coefficient(
      spectrum.data(), n, n.x / 2 + 1, band, voxel_angstrom,
      [&](math::Complex& value, double factor) { value *= static_cast<float>(factor * scale); });
  spectrum.backward(volume);
}

void filter_weights(VolumeView<float> weights, const BandPass& band, double voxel_angstrom) {
  for_each_coefficient(weights.data, weights.extent, weights.extent.x, band, voxel_angstrom,
                       [](float& value, double factor) { value *= static_cast<float>(factor); });
}

}  // namespace dfe
