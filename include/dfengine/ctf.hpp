// SPDX-License-Identifier: Apache-2.0
// The contrast transfer function of an electron microscope.
#pragma once

namespace dfe {

/// A microscope and how it is focused. Envelope, spread and gradient are 0 or off unless set.
struct CtfOptions {
  double voltage_kv = 300;
  double spherical_aberration_mm = 2.7;
  double amplitude_contrast = 0.07;    ///< A: the transfer is -(sqrt(1-A²) sin χ + A cos χ)
  bool linear_contrast = false;        ///< -( (1-A) sin χ + A cos χ ), as AV3 has it
  double defocus_angstrom = 60000;     ///< underfocus is positive
  double defocus_spread_angstrom = 0;  ///< standard deviation over the tilts
  double envelope_angstrom = 0;        ///< amplitude falls to 1/e at this length; 0: none
  bool gradient = false;               ///< defocus varies across the tilted specimen
};

/// Value of the transfer function at a spatial frequency in 1/Å: χ = π λ Δz q² - π/2 Cs λ³ q⁴.
double ctf_value(const CtfOptions& options, double defocus_angstrom, double frequency);

/// Wavelength of electrons in Å (relativistic).
double electron_wavelength_angstrom(double voltage_kv);

}  // namespace dfe
