// SPDX-License-Identifier: Apache-2.0
// Parts of `match` that need no tomogram: tables of tilts, filters, names of results.
#include <cmath>

#include "commands/match/band_pass.hpp"
#include "commands/match/match_outputs.hpp"
#include "commands/match/tilt_weights.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

TEST_CASE("a table of tilts has one to three columns") {
  const TiltTable angles = parse_tilts("-60\n0\n60\n", "t");
  CHECK(angles.images.size() == 3);
  CHECK_FALSE(angles.dose);
  const TiltTable all = parse_tilts("# angle dose defocus\n-3.5, 2, 30000\n 3.5 4 31000", "t");
  REQUIRE(all.images.size() == 2);
  CHECK(all.images[1].tilt_deg == 3.5);
  CHECK(all.images[1].dose == 4);
  CHECK(all.images[1].defocus_angstrom == 31000);
  CHECK(all.dose);
  CHECK(all.defocus);
}

TEST_CASE("a bad line of a table of tilts is named") {
  CHECK_THROWS_WITH(parse_tilts("-60\nnan\n", "t"), DFE_CONTAINS("line 2"));
  CHECK_THROWS_WITH(parse_tilts("-60 1\n0\n", "t"), DFE_CONTAINS("line 2"));
  CHECK_THROWS_WITH(parse_tilts("-60\n95\n", "t"), DFE_CONTAINS("90 degrees"));
  CHECK_THROWS_WITH(parse_tilts("-60 -1\n0 2\n", "t"), DFE_CONTAINS("dose"));
  CHECK_THROWS_WITH(parse_tilts("1 2 3 4\n0 2 3 4\n", "t"), DFE_CONTAINS("line 1"));
  CHECK_THROWS_WITH(parse_tilts("", "t"), DFE_CONTAINS("fewer than two"));
}

TEST_CASE("tilt ranges that are none are refused") {
  for (const char* range : {"60", "-60", "60,-60", "-90,90", "-60,60,70", "a,b", "nan,60"}) {
    MatchTilts tilts;
    tilts.range = range;
    INFO(range);
    CHECK_THROWS_WITH(TiltWeights(tilts), DFE_CONTAINS("--tilt-range"));
  }
}

TEST_CASE("filters pass one half at their resolution") {
  CHECK(std::abs(BandPass{40, 0}.factor(1.0 / 40) - 0.5) < 1e-12);
  CHECK(std::abs(BandPass{0, 300}.factor(1.0 / 300) - 0.5) < 1e-12);
  CHECK(BandPass{40, 0}.factor(0) == 1);
  CHECK(BandPass{0, 300}.factor(0) == 0);
}

TEST_CASE("a wave in a volume is damped by the filter's factor") {
  const Extent3 n{12, 10, 15};
  Volume<float> wave(n);
  const auto at = [&](std::int64_t x) {
    return std::cos(2 * 3.14159265358979 * 3 * static_cast<double>(x) / 15);
  };
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) wave(z, y, x) = static_cast<float>(at(x) + 2);
  // Three waves in 15 voxels of 10 Å: 50 Å.
  filter_volume(wave.view(), {50, 0}, 10);
  for (std::int64_t x = 0; x < n.x; ++x)
    CHECK(std::abs(static_cast<double>(wave(5, 7, x)) - (0.5 * at(x) + 2)) < 1e-5);
}

TEST_CASE("results begin with the prefix, or with the name of the list") {
  MatchRequest request;
  request.tomograms = {"tomo.mrc"};
  request.output = "out/a";
  CHECK(match_outputs(request)[MatchOutput::kList].value == "out/a.star");
  CHECK(match_outputs(request)[MatchOutput::kScores].value == "out/a_scores.mrc");
  request.output = "out/a.csv";
  CHECK(match_outputs(request)[MatchOutput::kList].value == "out/a.csv");
  CHECK(match_outputs(request)[MatchOutput::kRecord].value == "out/a_job.json");
  request.extract_only = true;
  CHECK(match_outputs(request).size() == 2);
}
