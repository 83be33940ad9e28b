// SPDX-License-Identifier: Apache-2.0
// Interpolation against the sum of eight weighted voxels, and its two ways to end a volume against
// each other.
#include "core/math/interpolation.hpp"

#include <cmath>

#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::math;

namespace {

Volume<float> numbers(Extent3 extent) {
  Volume<float> volume(extent);
  for (std::int64_t i = 0; i < volume.voxels(); ++i)
    volume.data()[i] = static_cast<float>(i * 37 % 11 - 3);
  return volume;
}

/// Every voxel with its weight, product of 1 - distance along each axis.
double weighted_sum(const Volume<float>& volume, double z, double y, double x) {
  const auto weight = [](double place, std::int64_t voxel) {
    return std::max(0.0, 1 - std::abs(place - static_cast<double>(voxel)));
  };
  double sum = 0;
  const Extent3 n = volume.extent();
  for (std::int64_t k = 0; k < n.z; ++k)
    for (std::int64_t j = 0; j < n.y; ++j)
      for (std::int64_t i = 0; i < n.x; ++i)
        sum += weight(z, k) * weight(y, j) * weight(x, i) * static_cast<double>(volume(k, j, i));
  return sum;
}

}  // namespace

TEST_CASE("a place is a voxel and a share, below 0 too") {
  const auto check = [](double place, std::int64_t voxel, double share) {
    CHECK(AxisPlace(place).voxel == voxel);
    CHECK(AxisPlace(place).share == share);
  };
  check(2.25, 2, 0.25);
  check(3, 3, 0);
  check(-0.25, -1, 0.75);
  check(-2, -2, 0);
}

TEST_CASE("values between voxels are sums of eight weighted ones, and 0 lies around the volume") {
  const Volume<float> volume = numbers({3, 4, 5});
  const BorderedVolume bordered(volume.view());
  CHECK(bordered.extent() == volume.extent());
  // Eighths: every sum is exact, so both ways and the weighted sum are one number.
  for (double z = -1; z < 3; z += 0.375)
    for (double y = -1; y < 4; y += 0.625)
      for (double x = -1; x < 5; x += 0.125) {
        const double expected = weighted_sum(volume, z, y, x);
        REQUIRE(at_or_zero(volume.view(), z, y, x) == expected);
        REQUIRE(bordered.at(AxisPlace(z + 1), AxisPlace(y + 1), AxisPlace(x + 1)) == expected);
      }
  for (const double far : {-1.5, -20.0, 5.0, 1e6}) {
    CHECK(at_or_zero(volume.view(), far, 1, 1) == 0);
    CHECK(at_or_zero(volume.view(), 1, far, 1) == 0);
    CHECK(at_or_zero(volume.view(), 1, 1, far) == 0);
  }
}

TEST_CASE("a volume without voxels is 0") {
  CHECK(BorderedVolume().at(AxisPlace(0.5), AxisPlace(0.25), AxisPlace(0)) == 0);
  CHECK(at_or_zero({}, 0.5, 0.25, 0) == 0);
}
