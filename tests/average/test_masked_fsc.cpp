// SPDX-License-Identifier: Apache-2.0
// Masks: how much they add, and that the correction takes it away and nothing else.
#include "average/masked_fsc.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dfengine/error.hpp"
#include "tests/average/noise.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::average {
namespace {

/// 1 within the radius of the centre, falling to 0 over `edge` voxels like a cosine.
Volume<float> ball(std::int64_t box, double radius, double edge) {
  Volume<float> mask({box, box, box});
  const std::int64_t middle = box / 2;
  const auto centre = static_cast<double>(middle);
  for (std::int64_t z = 0; z < box; ++z)
    for (std::int64_t y = 0; y < box; ++y)
      for (std::int64_t x = 0; x < box; ++x) {
        const double r =
            std::hypot(static_cast<double>(z) - centre, static_cast<double>(y) - centre,
                       static_cast<double>(x) - centre);
        const double t = edge > 0 ? std::clamp((r - radius) / edge, 0.0, 1.0) : r > radius;
        mask(z, y, x) = static_cast<float>((1 + std::cos(3.14159265358979 * t)) / 2);
      }
  return mask;
}

/// The mean from shell `first` on, without the last one.
double mean_from(const std::vector<double>& values, std::int64_t first) {
  return std::accumulate(values.begin() + first, values.end() - 1, 0.0) /
         static_cast<double>(static_cast<std::int64_t>(values.size()) - 1 - first);
}

TEST_CASE("what a sharp mask adds is seen with random phases and taken away") {
  // The halves share a smooth blob, and nothing beyond a few shells.
  double masked = 0, corrected = 0, unmasked = 0;
  const int seeds = 24;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const std::int64_t box = 40;
    Volume<float> blob = ball(box, 3, 14);
    for (float& v : blob.span()) v *= 2;
    const Volume<float> a = sum_of(blob, white_noise(box, 2 * seed)),
                        b = sum_of(blob, white_noise(box, 2 * seed + 1));
    const MaskedCorrelation c = masked_correlation(a.view(), b.view(), ball(box, 9, 0).view());
    const std::int64_t first = c.randomized_from + 2;
    REQUIRE(first < 8);
    unmasked += mean_from(c.unmasked.correlation, 8) / seeds;
    masked += mean_from(c.masked, 8) / seeds;
    corrected += mean_from(c.corrected, 8) / seeds;
    for (std::int64_t s = 0; s < first; ++s)
      CHECK(c.corrected[static_cast<std::size_t>(s)] == c.masked[static_cast<std::size_t>(s)]);
  }
  CHECK(std::abs(unmasked) < 0.02);
  CHECK(masked > 0.15);
  CHECK(std::abs(corrected) < 0.06);
}

TEST_CASE("the correction leaves a signal in every shell alone") {
  // Signal and noise of equal power within a soft mask: 1/2 without noise outside.
  double corrected = 0;
  const int seeds = 6;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const std::int64_t box = 32;
    const Volume<float> s = white_noise(box, 3 * seed);
    const MaskedCorrelation c = masked_correlation(sum_of(s, white_noise(box, 3 * seed + 1)).view(),
                                                   sum_of(s, white_noise(box, 3 * seed + 2)).view(),
                                                   ball(box, 8, 6).view(), seed);
    corrected += mean_from(c.corrected, 4) / seeds;
  }
  CHECK(corrected == Approx(0.5).margin(0.05));
}

TEST_CASE("a mask of ones changes nothing, identical maps stay at 1, repeats give the same bits") {
  const Volume<float> a = white_noise(16, 1), b = sum_of(a, white_noise(16, 2));
  const Volume<float> ones(a.extent(), 1.0F);
  const MaskedCorrelation c = masked_correlation(a.view(), b.view(), ones.view());
  CHECK(c.masked == c.unmasked.correlation);
  const MaskedCorrelation again = masked_correlation(a.view(), b.view(), ones.view());
  CHECK(again.corrected == c.corrected);
  CHECK(masked_correlation(a.view(), b.view(), ones.view(), 1).randomized != c.randomized);
  const MaskedCorrelation same = masked_correlation(a.view(), a.view(), ball(16, 4, 3).view());
  CHECK(same.randomized_from == 9);  // no shell is below 0.8
  for (const double value : same.corrected) CHECK(value == Approx(1).margin(1e-9));
}

TEST_CASE("masks that do not fit are refused") {
  const Volume<float> a = white_noise(8, 1);
  const auto refused = [&](const Volume<float>& mask) {
    CHECK_THROWS_AS(masked_correlation(a.view(), a.view(), mask.view()), Error);
  };
  refused(white_noise(8, 1));
  refused(Volume<float>(a.extent(), 0.0F));
  refused(Volume<float>(a.extent(), 1.5F));
  refused(Volume<float>(a.extent(), std::nanf("")));
  refused(Volume<float>({9, 9, 9}, 1.0F));
}

}  // namespace
}  // namespace dfe::average
