// SPDX-License-Identifier: Apache-2.0
// Particles of either contrast, and noise, which has none.
#include "match/contrast_trial.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "dfengine/error.hpp"
#include "match_cases.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

using Fit = ContrastTrial::Fit;

TEST_CASE("planted particles tell their contrast, whichever way round both are") {
  const Extent3 box{15, 15, 15};
  for (const bool dark_particles : {false, true})
    for (const bool dark_template : {false, true}) {
      CAPTURE(dark_particles, dark_template);
      Volume<float> tomogram = test::noise_volume({40, 48, 52});
      const std::vector<Rotation> turns = test::some_rotations(4);
      test::plant(box, turns[0], {12, 12, 12}, tomogram);
      test::plant(box, turns[1], {26, 30, 14}, tomogram);
      test::plant(box, turns[2], {14, 34, 38}, tomogram);
      test::plant(box, turns[3], {28, 14, 36}, tomogram);
      if (dark_particles)
        for (float& v : tomogram.span()) v = 5 - v;
      MatchTemplate t = test::blob_template(box);
      if (dark_template)
        for (float& v : t.density.span()) v = -v;
      const ContrastTrial trial = try_contrasts(tomogram.view(), t, {});
      CHECK(trial.fit == (dark_particles == dark_template ? Fit::AsGiven : Fit::Negated));
    }
}

TEST_CASE("noise has no contrast") {
  const Volume<float> all = test::noise_volume({4 * 40, 48, 50});
  for (std::int64_t i = 0; i < 4; ++i) {
    Volume<float> tomogram({40, 48, 50});
    std::copy_n(all.view().plane(40 * i), tomogram.voxels(), tomogram.data());
    const ContrastTrial trial =
        try_contrasts(tomogram.view(), test::blob_template({11, 11, 11}), {});
    CHECK(trial.fit == Fit::Unclear);
    CHECK(trial.as_given == Approx(trial.negated).epsilon(0.05));
  }
}

TEST_CASE("only the middle of a large tomogram is tried, with its validity") {
  Volume<float> tomogram = test::noise_volume({80, 30, 30});
  std::vector<std::uint8_t> valid(static_cast<std::size_t>(tomogram.voxels()), 1);
  // The outermost 8 planes cannot change anything.
  Volume<float> other = tomogram.clone();
  for (float& value : other.span().first(8 * 900)) value += 100;
  const MatchTemplate t = test::blob_template({9, 9, 9});
  const ContrastTrial a = try_contrasts(tomogram.view(), t, {}),
                      b = try_contrasts(other.view(), t, {});
  CHECK(a.as_given == b.as_given);
  // A voxel that is no number is refused, unless it is not valid.
  const std::size_t spoilt = static_cast<std::size_t>((40 * 30 + 15) * 30 + 15);
  other.data()[spoilt] = std::nanf("");
  CHECK_THROWS_AS(try_contrasts(other.view(), t, {}), Error);
  valid[spoilt] = 0;
  ScoreOptions options;
  options.valid = {valid.data(), other.extent()};
  CHECK(try_contrasts(other.view(), t, options).as_given > 0);
}

}  // namespace
}  // namespace dfe::match
