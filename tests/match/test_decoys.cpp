// SPDX-License-Identifier: Apache-2.0
// Decoys: what symmetry says of a mirrored template's scores, amplitudes by the definition of the
// Fourier transform, and spheres by their volume.
#include "match/decoys.hpp"

#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>

#include "dfengine/error.hpp"
#include "match/exact.hpp"
#include "match/template_body.hpp"
#include "match_cases.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

/// c + u becomes c - u.
Volume<float> through_centre(const Volume<float>& v) {
  Volume<float> result = v.clone();
  std::reverse(result.span().begin(), result.span().end());
  return result;
}

TEST_CASE("a mirrored template finds in a mirrored tomogram what the template finds") {
  const Volume<float> tomogram = test::noise_volume({19, 21, 23});
  const std::vector<Rotation> list = test::some_rotations(6);
  for (const bool long_mask : {false, true}) {
    MatchTemplate t = test::blob_template({9, 9, 9});
    if (long_mask) test::lengthen_mask(t);
    t.mask(2, 4, 5) += 0.3F;  // nothing that a mirror leaves
    t.weights = test::some_weights({9, 9, 9});
    const ScoreMap found = exact_scores(tomogram.view(), t, list, {});
    const ScoreMap decoy =
        exact_scores(through_centre(tomogram).view(), decoy_of(t, DecoyKind::Mirrored), list, {});
    const std::int64_t last = tomogram.voxels() - 1;
    float worst = 0;
    for (std::int64_t i = 0; i <= last; ++i)
      worst = std::max(worst, std::abs(found.scores.data()[i] - decoy.scores.data()[last - i]));
    CHECK(worst < 2e-6F);
    // It is another template: in the tomogram itself it finds other things.
    const ScoreMap other =
        exact_scores(tomogram.view(), decoy_of(t, DecoyKind::Mirrored), list, {});
    float most = 0;
    for (std::int64_t i = 0; i <= last; ++i)
      most = std::max(most, std::abs(found.scores.data()[i] - other.scores.data()[i]));
    CHECK(most > 0.1F);
  }
}

TEST_CASE("mirrors are through the centre voxel, also in even boxes") {
  MatchTemplate t = test::blob_template({8, 9, 10});
  const MatchTemplate decoy = decoy_of(t, DecoyKind::Mirrored);
  std::int64_t wrong = 0;
  for (std::int64_t z = 1; z < 8; ++z)
    for (std::int64_t y = 0; y < 9; ++y)
      for (std::int64_t x = 1; x < 10; ++x)
        wrong += decoy.density(z, y, x) != t.density(8 - z, 8 - y, 10 - x);
  CHECK(wrong == 0);
  CHECK(decoy.density(0, 3, 0) == t.density(0, 5, 0));
}

/// |F(k)| of all k by the definition.
std::vector<double> amplitudes(const Volume<float>& v) {
  const Extent3 n = v.extent();
  const auto wave = [](std::int64_t k, std::int64_t i, std::int64_t size) {
    return static_cast<double>(k * i) / static_cast<double>(size);
  };
  std::vector<double> result;
  for (std::int64_t k = 0; k < v.voxels(); ++k) {
    std::complex<double> sum = 0;
    const std::int64_t kz = k / (n.y * n.x), ky = k / n.x % n.y, kx = k % n.x;
    for (std::int64_t i = 0; i < v.voxels(); ++i)
      sum += std::polar(static_cast<double>(v.data()[i]),
                        -2 * std::numbers::pi *
                            (wave(kz, i / (n.y * n.x), n.z) + wave(ky, i / n.x % n.y, n.y) +
                             wave(kx, i % n.x, n.x)));
    result.push_back(std::abs(sum));
  }
  return result;
}

TEST_CASE("a scrambled template has the amplitudes and the mean, and other voxels") {
  for (const Extent3& box : {Extent3{9, 9, 9}, Extent3{8, 8, 8}, Extent3{8, 9, 10}}) {
    CAPTURE(box.to_string());
    const MatchTemplate t = test::blob_template(box);
    const MatchTemplate decoy = decoy_of(t, DecoyKind::Scrambled, 5);
    const std::vector<double> before = amplitudes(t.density), after = amplitudes(decoy.density);
    double worst = 0, energy = 0, product = 0;
    for (std::size_t k = 0; k < before.size(); ++k)
      worst = std::max(worst, std::abs(before[k] - after[k]));
    CHECK(worst < 1e-4 * before[0]);
    for (std::int64_t i = 0; i < t.density.voxels(); ++i) {
      energy += std::pow(static_cast<double>(t.density.data()[i]), 2);
      product +=
          static_cast<double>(t.density.data()[i]) * static_cast<double>(decoy.density.data()[i]);
    }
    CHECK(std::abs(product) < 0.4 * energy);
    const auto same = [&](const MatchTemplate& other) {
      return std::memcmp(decoy.density.data(), other.density.data(),
                         sizeof(float) * static_cast<std::size_t>(box.voxels())) == 0;
    };
    CHECK(same(decoy_of(t, DecoyKind::Scrambled, 5)));
    CHECK(!same(decoy_of(t, DecoyKind::Scrambled, 6)));
    CHECK(std::memcmp(decoy.mask.data(), t.mask.data(),
                      sizeof(float) * static_cast<std::size_t>(box.voxels())) == 0);
  }
}

/// A dark ball of the radius in a ball-shaped mask.
MatchTemplate dark_ball(double radius, double mask_radius) {
  const Extent3 box{33, 33, 33};
  MatchTemplate t;
  t.density = soft_sphere(box, radius - 0.5, 1);
  for (float& v : t.density.span()) v = 10 - 3 * v;
  t.mask = soft_sphere(box, mask_radius - 0.5, 1);
  return t;
}

TEST_CASE("a sphere has the template's radius and contrast, and fits into the mask") {
  const auto volume_of = [](const MatchTemplate& decoy) {
    double sum = 0;
    for (const float v : decoy.density.span()) sum += static_cast<double>(v);
    return sum;
  };
  const auto ball = [](double radius) { return 4.0 / 3 * std::numbers::pi * std::pow(radius, 3); };
  // Its own decoy is the ball itself: the score does not see level and height.
  CHECK(volume_of(decoy_of(dark_ball(8, 14), DecoyKind::Sphere)) == Approx(-ball(8)).epsilon(0.02));
  CHECK(volume_of(decoy_of(dark_ball(8, 8), DecoyKind::Sphere)) ==
        Approx(-ball(0.9 * 8)).epsilon(0.02));
}

TEST_CASE("a sphere needs one orientation unless its mask turns") {
  const std::vector<Rotation> list = test::some_rotations(7);
  MatchTemplate t = test::blob_template({15, 15, 15});
  CHECK(decoy_orientations(decoy_of(t, DecoyKind::Sphere), DecoyKind::Sphere, list).size() == 1);
  CHECK(decoy_orientations(decoy_of(t, DecoyKind::Mirrored), DecoyKind::Mirrored, list).size() ==
        7);
  test::lengthen_mask(t);
  CHECK(decoy_orientations(decoy_of(t, DecoyKind::Sphere), DecoyKind::Sphere, list).size() == 7);
  CHECK_THROWS_AS(decoy_of(MatchTemplate{}, DecoyKind::Sphere), Error);
}

}  // namespace
}  // namespace dfe::match
