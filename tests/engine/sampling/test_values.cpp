// SPDX-License-Identifier: Apache-2.0
// Blur and noise by what they must do to simple inputs.
#include <cmath>
#include <vector>

#include "engine/sampling/intensity.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::sampling;

TEST_CASE("a blurred point is a Gaussian, and a constant stays") {
  const Extent3 e{25, 27, 29};
  std::vector<float> point(static_cast<std::size_t>(e.voxels()), 0.0f),
      constant(point.size(), 2.5f);
  const auto at = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return static_cast<std::size_t>((z * e.y + y) * e.x + x);
  };
  point[at(12, 13, 14)] = 1;
  blur(e, 1.5, point.data());
  blur(e, 1.5, constant.data());
  double line = 0;
  for (int i = -6; i <= 6; ++i) line += std::exp(-i * i / 4.5);
  for (int d = 0; d <= 4; ++d) {
    const double expected = std::exp(-(d * d + 1) / 4.5) / (line * line * line);
    CHECK(point[at(12 + d, 14, 14)] == Approx(expected).epsilon(1e-5));
    CHECK(point[at(12, 13 - d, 13)] == Approx(expected).epsilon(1e-5));
    CHECK(point[at(13, 13, 14 + d)] == Approx(expected).epsilon(1e-5));
  }
  for (const float v : constant) REQUIRE(v == Approx(2.5).epsilon(1e-6));
}

TEST_CASE("noise is normal, independent of neighbours, and a function of its place") {
  const Philox random(11, RandomPurpose{1});
  std::vector<float> noise(200001, 1.0f), again(200001, 1.0f), other(200001, 1.0f);
  add_noise(200001, 0.5, random, 3, 7, noise.data());
  add_noise(200001, 0.5, random, 3, 7, again.data());
  add_noise(200001, 0.5, random, 3, 8, other.data());
  CHECK(noise == again);
  double mean = 0, square = 0, fourth = 0, neighbour = 0, across = 0;
  const double n = 200000;
  for (std::size_t i = 0; i < 200000; ++i) {
    const double v = static_cast<double>(noise[i]) - 1, w = static_cast<double>(noise[i + 1]) - 1,
                 o = static_cast<double>(other[i]) - 1;
    mean += v / n, square += v * v / n, fourth += v * v * v * v / n, neighbour += v * w / n,
        across += v * o / n;
  }
  CHECK(mean == Approx(0).margin(5 * 0.5 / std::sqrt(n)));
  CHECK(square == Approx(0.25).margin(5 * 0.25 * std::sqrt(2 / n)));
  CHECK(fourth == Approx(3 * 0.0625).margin(5 * 0.0625 * std::sqrt(96 / n)));
  CHECK(neighbour == Approx(0).margin(5 * 0.25 / std::sqrt(n)));
  CHECK(across == Approx(0).margin(5 * 0.25 / std::sqrt(n)));
}
