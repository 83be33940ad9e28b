// SPDX-License-Identifier: Apache-2.0
// Labels on another grid: who wins a vote, that no direction is preferred, and that objects stay
// where they are.
#include "engine/resampled_labels.hpp"

#include <cmath>

#include "engine/adapted_volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

using Labels = Volume<std::uint8_t>;

Labels row(const std::vector<std::uint8_t>& values) {
  Labels labels({1, 1, static_cast<std::int64_t>(values.size())});
  std::copy(values.begin(), values.end(), labels.data());
  return labels;
}

std::vector<std::uint8_t> values_of(const Labels& labels) {
  return {labels.span().begin(), labels.span().end()};
}

/// Reversed along the axes where `axes` has a bit: 1 for x, 2 for y, 4 for z.
template <class T>
Volume<T> mirrored(const Volume<T>& volume, int axes) {
  const Extent3 e = volume.extent();
  Volume<T> result(e);
  for (std::int64_t z = 0; z < e.z; ++z)
    for (std::int64_t y = 0; y < e.y; ++y)
      for (std::int64_t x = 0; x < e.x; ++x)
        result(z, y, x) = volume(axes & 4 ? e.z - 1 - z : z, axes & 2 ? e.y - 1 - y : y,
                                 axes & 1 ? e.x - 1 - x : x);
  return result;
}

/// Mean position of all labelled voxels.
Point3 centroid(const Labels& labels) {
  const Extent3 e = labels.extent();
  double count = 0;
  Point3 sum;
  for (std::int64_t z = 0; z < e.z; ++z)
    for (std::int64_t y = 0; y < e.y; ++y)
      for (std::int64_t x = 0; x < e.x; ++x)
        if (labels(z, y, x) != 0) {
          ++count;
          sum = {sum.z + static_cast<double>(z), sum.y + static_cast<double>(y),
                 sum.x + static_cast<double>(x)};
        }
  return {sum.z / count, sum.y / count, sum.x / count};
}

std::int64_t scaled(std::int64_t length, double factor) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(length) * factor));
}

const std::vector<double> kFactors = {0.5, 0.6, 2.0 / 3, 0.75, 0.9, 1, 1.1, 1.25, 4.0 / 3, 1.5, 2};

}  // namespace

TEST_CASE("the same grid keeps every label") {
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    const LabelMap map = random_map(random, 12);
    CHECK(values_of(resample_labels(map.labels, map.labels.extent())) == values_of(map.labels));
  }
}

TEST_CASE("neighbours vote with the weights of linear interpolation") {
  // Twice as fine: new centres are a quarter from the nearest old one and three quarters from the
  // next, so the nearest wins.
  CHECK(values_of(resample_labels(row({0, 3, 5}), {1, 1, 6})) ==
        std::vector<std::uint8_t>{0, 0, 3, 3, 5, 5});
  // Three for two: the middle one is halfway. Label above background, low label above high one.
  CHECK(values_of(resample_labels(row({0, 3}), {1, 1, 3})) == std::vector<std::uint8_t>{0, 3, 3});
  CHECK(values_of(resample_labels(row({3, 0}), {1, 1, 3})) == std::vector<std::uint8_t>{3, 3, 0});
  CHECK(values_of(resample_labels(row({5, 3}), {1, 1, 3})) == std::vector<std::uint8_t>{5, 3, 3});
  // Half as fine: offsets -1.5, -0.5, 0.5 and 1.5 vote with 1, 3, 3 and 1 in quarters of a voxel,
  // and the outermost voxel stands for the one beyond.
  CHECK(values_of(resample_labels(row({7, 0, 7, 7, 0, 0}), {1, 1, 3})) ==
        std::vector<std::uint8_t>{7, 7, 0});
}

TEST_CASE("a mirrored map gives the mirrored labels, voxel by voxel") {
  Random random(17);
  for (const double factor : kFactors)
    for (int i = 0; i < 12; ++i) {
      const LabelMap map = random_map(random, 21);  // odd and even extents
      const Extent3 from = map.labels.extent();
      const Extent3 to{scaled(from.z, factor), scaled(from.y, factor), scaled(from.x, factor)};
      const Labels plain = resample_labels(map.labels, to);
      INFO("factor " << factor << ", " << from.to_string() << " to " << to.to_string());
      for (int axes = 1; axes < 8; ++axes)
        REQUIRE(values_of(resample_labels(mirrored(map.labels, axes), to)) ==
                values_of(mirrored(plain, axes)));
    }
}

TEST_CASE("a tomogram, its network grid and back: the mirrored tomogram gives mirrored labels") {
  // A threshold stands for the network. Sums of the same numbers in the opposite order differ by
  // rounding (below 100·2^-20 for so few), so no value may be that near to the threshold.
  constexpr float kThreshold = 47.123f;
  Random random(5);
  for (const double factor : kFactors)
    for (const Extent3 extent : {Extent3{16, 20, 24}, Extent3{15, 21, 27}, Extent3{17, 18, 19}}) {
      Volume<float> tomogram(extent);
      for (float& voxel : tomogram.span()) voxel = 0;
      for (int block = 0; block < 12; ++block) {
        const Index3 at{random.below(extent.z - 4), random.below(extent.y - 4),
                        random.below(extent.x - 4)};
        for (std::int64_t i = 0; i < 64; ++i)
          tomogram(at.z + i / 16, at.y + i / 4 % 4, at.x + i % 4) = 100;
      }
      float nearest = 100;
      const auto labels_of = [&](const Volume<float>& voxels) {
        auto source = std::make_unique<MemoryVolume>(voxels.clone());
        source->info().geometry.voxel_size = VoxelSize::cubic(10);
        const auto network = resample_volume(std::move(source), 10 / factor);
        Volume<float> seen(network->extent());
        network->read_box({{}, seen.extent()}, seen.data());
        Labels labels(seen.extent());
        for (std::int64_t i = 0; i < seen.voxels(); ++i) {
          labels.data()[i] = seen.data()[i] > kThreshold ? 1 : 0;
          nearest = std::min(nearest, std::abs(seen.data()[i] - kThreshold));
        }
        return resample_labels(labels, extent);
      };
      const Labels plain = labels_of(tomogram);
      REQUIRE(nearest > 1e-4f);
      INFO("factor " << factor << ", " << extent.to_string());
      for (int axes = 1; axes < 8; ++axes)
        REQUIRE(values_of(labels_of(mirrored(tomogram, axes))) == values_of(mirrored(plain, axes)));
    }
}

TEST_CASE("spheres keep their centroid", "[values]") {
  // The label of a voxel at the surface is a matter of rounding. Take each of the pi·R² rows along
  // x to end on either side at a place rounded to a whole voxel, with an error of variance 1/12.
  // With x_end² = R² - rho² summed over both ends of all rows, the centroid 3 / (4·pi·R³) · sum
  // x_end·error has the variance 9 / (16·pi²·R⁶) · pi·R⁴ / 12 = 3 / (64·pi·R²). Both grids round,
  // so twice that, in voxels of the coarser one. Over N spheres at random places the mean error has
  // the standard deviation sqrt(variance / N); four of them are the bound. (Ties that always go to
  // one side shift by 0.04 voxels at a factor of 1.5, four times the bound.)
  constexpr double kPi = 3.14159265358979323846;
  constexpr int kSpheres = 100;
  Random random(29);
  for (const double factor : kFactors)  // new voxels per old one along an axis
    for (const std::int64_t length : {25, 26}) {
      const Extent3 from{length, length, length},
          to{scaled(length, factor), scaled(length, factor), scaled(length, factor)};
      const double step = static_cast<double>(length) / static_cast<double>(to.x);
      const double coarser = std::max(1.0, step), radius = 7;  // in old voxels
      Point3 sum;
      for (int i = 0; i < kSpheres; ++i) {
        LabelMap map = empty_map(from);
        const auto place = [&] { return static_cast<double>(length) / 2 - 1 + random.unit(); };
        const Point3 centre{place(), place(), place()};
        paint_ball(map, centre, radius, 1);
        const Point3 found =
            on_original_grid(centroid(resample_labels(map.labels, to)), {step, step, step});
        sum = {sum.z + found.z - centre.z, sum.y + found.y - centre.y, sum.x + found.x - centre.x};
      }
      const double bound =
          4 * std::sqrt(2 * 3 / (64 * kPi) / kSpheres) * coarser / (radius / coarser);
      INFO("factor " << factor << ", length " << length << ", bound " << bound << " voxels");
      CHECK(std::abs(sum.z / kSpheres) < bound);
      CHECK(std::abs(sum.y / kSpheres) < bound);
      CHECK(std::abs(sum.x / kSpheres) < bound);
    }
}
