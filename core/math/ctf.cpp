// SPDX-License-Identifier: Apache-2.0
// The transfer function in closed form, see the header.
#include "dfengine/ctf.hpp"

#include <cmath>
#include <numbers>

namespace dfe {

double electron_wavelength_angstrom(double voltage_kv) {
  // λ = h / sqrt(2 m e U (1 + e U / 2 m c²)), with h, m, e, c put in: U in volts, λ in Å.
  const double volts = voltage_kv * 1e3;
  return 12.2642596 / std::sqrt(volts * (1 + 0.978475598e-6 * volts));
}

double ctf_value(const CtfOptions& options, double defocus_angstrom, double frequency) {
  const double lambda = electron_wavelength_angstrom(options.voltage_kv),
               q2 = frequency * frequency;
  const double cs = options.spherical_aberration_mm * 1e7;
  const double chi =
      std::numbers::pi * lambda * q2 * (defocus_angstrom - 0.5 * cs * lambda * lambda * q2);
  const double a = options.amplitude_contrast,
               phase = options.linear_contrast ? 1 - a : std::sqrt(1 - a * a);
  const double reach = frequency * options.envelope_angstrom;
  return -(phase * std::sin(chi) + a * std::cos(chi)) * std::exp(-reach * reach);
}

}  // namespace dfe
