// SPDX-License-Identifier: Apache-2.0
// What weights do to the contrast of a template.
#include "match/matched_contrast.hpp"

#include "core/math/wedge.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

constexpr double kVoxel = 13.68;
const Extent3 kBox{40, 41, 42};

/// A ball of 240 Å in a mask that is a little larger.
MatchTemplate ball(float height) {
  MatchTemplate t;
  t.density = soft_sphere(kBox, 8.3, 1);
  for (float& v : t.density.span()) v *= height;
  t.mask = soft_sphere(kBox, 11, 2);
  return t;
}

Volume<float> tilts(bool absolute) {
  math::TiltWeighting weighting;
  weighting.voxel_angstrom = kVoxel;
  weighting.ctf = true;
  weighting.absolute_ctf = absolute;
  std::vector<math::TiltImage> images;
  for (int tilt = -60; tilt <= 60; tilt += 10)
    images.push_back({static_cast<double>(tilt), 0, 60000});
  return math::tilt_weights(kBox, images, weighting);
}

TEST_CASE("weights keep the contrast, a CTF with its sign turns it over") {
  for (const float height : {1.0F, -1.0F}) {
    const Contrast own = height > 0 ? Contrast::Bright : Contrast::Dark;
    const Contrast other = height > 0 ? Contrast::Dark : Contrast::Bright;
    MatchTemplate t = ball(height);
    CHECK(matched_contrast(t) == own);
    t.weights = math::wedge_weights(kBox, -60, 60);
    CHECK(matched_contrast(t) == own);
    t.weights = tilts(true);
    CHECK(matched_contrast(t) == own);
    t.weights = tilts(false);
    CHECK(matched_contrast(t) == other);
    for (float& w : t.weights.span()) w = -w;
    CHECK(matched_contrast(t) == own);
  }
}

TEST_CASE("weights that leave as much of either sign make the contrast unclear") {
  MatchTemplate t = ball(1);
  // Opposite signs at k and -k: their mean, which matters, is 0.
  t.weights = Volume<float>(kBox, 0.0F);
  t.weights(1, 0, 0) = 1;
  t.weights(kBox.z - 1, 0, 0) = -1;
  CHECK(matched_contrast(t) == Contrast::Unclear);
}

}  // namespace
}  // namespace dfe::match
