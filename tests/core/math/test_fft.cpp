// SPDX-License-Identifier: Apache-2.0
// Transforms of waves with known spectra, there and back, and sizes.
#include "core/math/fft.hpp"

#include <cmath>
#include <numbers>

#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::math;

TEST_CASE("a wave along each axis has one line in the half spectrum, and comes back") {
  constexpr std::int64_t kZ = 6, kY = 5, kX = 8;
  const RealFft fft("test", {kZ, kY, kX});
  CHECK(fft.real_size() == kZ * kY * kX);
  CHECK(fft.half_size() == kZ * kY * (kX / 2 + 1));
  FftBuffer<float> real(fft.real_size()), back(fft.real_size());
  FftBuffer<Complex> half(fft.half_size());
  const auto wave = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const double turns = 2.0 * static_cast<double>(z) / kZ + 1.0 * static_cast<double>(y) / kY +
                         3.0 * static_cast<double>(x) / kX;
    return static_cast<float>(std::cos(2 * std::numbers::pi * turns));
  };
  for (std::int64_t z = 0; z < kZ; ++z)
    for (std::int64_t y = 0; y < kY; ++y)
      for (std::int64_t x = 0; x < kX; ++x) real[(z * kY + y) * kX + x] = wave(z, y, x);
  fft.forward(real.data(), half.data());
  const std::int64_t line = (2 * kY + 1) * (kX / 2 + 1) + 3;
  for (std::int64_t i = 0; i < fft.half_size(); ++i)  // half of it lies at the other frequency
    REQUIRE(std::abs(half[i] - Complex(i == line ? kZ * kY * kX / 2.0f : 0.0f, 0)) < 1e-4f);
  fft.backward(half.data(), back.data());
  for (std::int64_t i = 0; i < fft.real_size(); ++i)
    REQUIRE(back[i] / static_cast<float>(fft.real_size()) == Approx(real[i]).margin(1e-6));
}

TEST_CASE("fast sizes are even, have no prime above 5 and are the least such") {
  CHECK(fast_size(1) == 2);
  CHECK(fast_size(7) == 8);
  CHECK(fast_size(11) == 12);
  CHECK(fast_size(46) == 48);
  CHECK(fast_size(97) == 100);
  CHECK(fast_size(101) == 108);
  CHECK(fast_size(121) == 128);
}

TEST_CASE("an impossible transform is the caller's error") {
  CHECK_THROWS_WITH(RealFft("average", {4, 0}),
                    "average: a Fourier transform of 0 points; use a smaller volume");
}
