// SPDX-License-Identifier: Apache-2.0
// The contrast transfer function of an electron microscope.
#pragma once

namespace dfe {

/// Parameters of the microscope and its focus. `ctf_value` uses the voltage, the spherical
/// aberration, the contrast and the envelope; the other fields serve the simulation of images.
struct CtfOptions {
  double voltage_kv = 300;
  double spherical_aberration_mm = 2.7;
  double amplitude_contrast = 0.07;    ///< A, 0 to 1
  bool linear_contrast = false;        ///< phase contrast 1 - A, as in AV3, not sqrt(1 - A²)
  double defocus_angstrom = 60000;     ///< mean over the tilts; underfocus is positive
  double defocus_spread_angstrom = 0;  ///< standard deviation over the tilts
  double envelope_angstrom = 0;        ///< amplitudes fall to 1/e at this resolution; 0: none
  bool gradient = false;               ///< defocus varies across the tilted specimen
};

/// Value of the transfer function at spatial frequency q, in 1/Å:
///
///     -(P sin χ + A cos χ) · exp(-(q·E)²),   χ = π λ Δz q² - π/2 Cs λ³ q⁴
///
/// with P = sqrt(1 - A²), or 1 - A for `linear_contrast`, the defocus Δz in Å, Cs the spherical
/// aberration and E the envelope. `options.defocus_angstrom` is not used. Throws nothing.
double ctf_value(const CtfOptions& options, double defocus_angstrom, double frequency);

/// Relativistic wavelength of electrons in Å: h / sqrt(2 m e U (1 + e U / (2 m c²))).
double electron_wavelength_angstrom(double voltage_kv);

}  // namespace dfe
