// SPDX-License-Identifier: Apache-2.0
// Random phases, by the definition of the Fourier transform.
#include "core/math/random_phases.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>

#include "tests/fixtures/catch.hpp"

namespace dfe::math {
namespace {

Volume<float> some_values(const Extent3& extent) {
  Volume<float> v(extent, 0.0F);
  std::int64_t i = 0;
  for (float& value : v.span()) {
    value = static_cast<float>(i * i * i % 211 + i % 17) - 40;
    ++i;
  }
  return v;
}

/// F(k) of all k by the definition.
std::vector<std::complex<double>> transform_of(const Volume<float>& v) {
  const Extent3 n = v.extent();
  const auto wave = [](std::int64_t k, std::int64_t i, std::int64_t size) {
    return static_cast<double>(k * i) / static_cast<double>(size);
  };
  std::vector<std::complex<double>> result;
  for (std::int64_t k = 0; k < v.voxels(); ++k) {
    std::complex<double> sum = 0;
    const std::int64_t kz = k / (n.y * n.x), ky = k / n.x % n.y, kx = k % n.x;
    for (std::int64_t i = 0; i < v.voxels(); ++i)
      sum += std::polar(static_cast<double>(v.data()[i]),
                        -2 * std::numbers::pi *
                            (wave(kz, i / (n.y * n.x), n.z) + wave(ky, i / n.x % n.y, n.y) +
                             wave(kx, i % n.x, n.x)));
    result.push_back(sum);
  }
  return result;
}

TEST_CASE("phases beyond a radius are random, amplitudes and what is below it stay") {
  for (const Extent3& box : {Extent3{7, 7, 7}, Extent3{8, 8, 8}, Extent3{6, 7, 8}}) {
    CAPTURE(box.to_string());
    const Volume<float> v = some_values(box);
    const PhaseSeed seed{3, RandomPurpose::DecoyPhase, 0};
    const Volume<float> random = with_random_phases(v.view(), 2.5, seed, "test");
    const auto before = transform_of(v), after = transform_of(random);
    double amplitude = 0, kept = 0;
    std::complex<double> direction = 0;
    std::int64_t changed = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto k = static_cast<std::int64_t>(i);
      const auto along = [](std::int64_t place, std::int64_t size) {
        return static_cast<double>(std::min(place, size - place));
      };
      const double radius = std::hypot(along(k / (box.y * box.x), box.z),
                                       along(k / box.x % box.y, box.y), along(k % box.x, box.x));
      amplitude = std::max(amplitude, std::abs(std::abs(before[i]) - std::abs(after[i])));
      if (radius < 2.5) {
        kept = std::max(kept, std::abs(before[i] - after[i]));
      } else {
        direction += after[i] * std::conj(before[i]) / std::norm(before[i]);
        ++changed;
      }
    }
    const double scale = std::abs(before[0]) + 1000;
    CHECK(amplitude < 1e-5 * scale);
    CHECK(kept < 1e-5 * scale);
    // The mean of random directions: 1 / √changed, and more where coefficients are in pairs.
    CHECK(std::abs(direction) / static_cast<double>(changed) <
          4 / std::sqrt(static_cast<double>(changed)));
    const auto same = [&](const PhaseSeed& other) {
      const Volume<float> again = with_random_phases(v.view(), 2.5, other, "test");
      return std::memcmp(again.data(), random.data(),
                         sizeof(float) * static_cast<std::size_t>(v.voxels())) == 0;
    };
    CHECK(same(seed));
    CHECK(!same({4, RandomPurpose::DecoyPhase, 0}));
    CHECK(!same({3, RandomPurpose::MaskPhase, 0}));
    CHECK(!same({3, RandomPurpose::DecoyPhase, 1}));
  }
}

}  // namespace
}  // namespace dfe::math
