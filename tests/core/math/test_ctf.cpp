// SPDX-License-Identifier: Apache-2.0
// CTF values against numbers worked out by hand.
#include <cmath>
#include <numbers>

#include "dfengine/ctf.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

TEST_CASE("electron wavelengths are the tables'") {
  // Source: Reimer, Transmission Electron Microscopy, table 2.1.
  CHECK(electron_wavelength_angstrom(100) == Approx(0.0370144).epsilon(2e-4));
  CHECK(electron_wavelength_angstrom(200) == Approx(0.0250793).epsilon(2e-4));
  CHECK(electron_wavelength_angstrom(300) == Approx(0.0196875).epsilon(2e-4));
}

TEST_CASE("CTF values are those of the formula, written out with wave aberrations") {
  CtfOptions ctf;
  ctf.spherical_aberration_mm = 2;
  CHECK(ctf_value(ctf, 60000, 0) == Approx(-0.07));
  ctf.linear_contrast = true;
  // As AV3 and TOM have it: phase = π/2 (Cs λ³ q⁴ - 2 Δz λ q²) with Δz below 0 for underfocus in
  // their sign, (1-A) sin - A cos.
  const double lambda = 0.019687489, cs = 2e7, dz = -6e4;
  for (const double q : {0.005, 0.0123, 0.02, 0.0287, 0.0365}) {
    const double phase = std::numbers::pi / 2 *
                         (cs * std::pow(lambda, 3) * std::pow(q, 4) + 2 * dz * lambda * q * q);
    CHECK(ctf_value(ctf, 60000, q) ==
          Approx(0.93 * std::sin(phase) - 0.07 * std::cos(phase)).margin(2e-4));
  }
  // First zero of sin χ at -6 µm: 34.4 Å; with 7 % amplitude contrast a little earlier (34.8 Å).
  CHECK(std::abs(ctf_value(ctf, 60000, 1 / 34.8)) < 0.02);
  ctf.envelope_angstrom = 2 * 13.68 / 0.4;
  const double nyquist = 1 / (2 * 13.68);
  CtfOptions bare = ctf;
  bare.envelope_angstrom = 0;
  CHECK(ctf_value(ctf, 60000, nyquist) / ctf_value(bare, 60000, nyquist) ==
        Approx(std::exp(-6.25)));
}
