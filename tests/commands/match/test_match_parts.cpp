// SPDX-License-Identifier: Apache-2.0
// Parts of `match` that need no tomogram: tables of tilts, filters, names of results.
#include <cmath>
#include <functional>

#include "commands/match/band_pass.hpp"
#include "commands/match/calibration.hpp"
#include "commands/match/match_outputs.hpp"
#include "commands/match/template_options.hpp"
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
  request.output = "out/a";
  const auto names = [&](const std::vector<std::string>& middles) {
    std::vector<std::string> values;
    for (const OutputKind& kind : match_outputs(request, middles, {}, false))
      values.push_back(kind.value);
    return values;
  };
  CHECK(names({""}) == std::vector<std::string>{"out/a.star", "out/a_histogram.svg",
                                                "out/a_scores.mrc", "out/a_angles.mrc",
                                                "out/a_job.json"});
  request.output = "out/a.csv";
  CHECK(names({""})[0] == "out/a.csv");
  CHECK(names({""})[4] == "out/a_job.json");
  CHECK(names({"_r", "_s"})[8] == "out/a_s_job.json");
  request.extract_only = true;
  CHECK(names({"_r", "_s"}) ==
        std::vector<std::string>{"out/a.csv", "out/a_r_histogram.svg", "out/a_s_histogram.svg"});
}

namespace {

MatchRequest two_templates() {
  MatchRequest request;
  request.templates = {{"", "maps/70S.mrc"}, {"groel", "1XCK.mrc"}};
  request.mask_radii = {{"", {8, false}}, {"groel", {6, false}}};
  return request;
}

}  // namespace

TEST_CASE("what is given for one template wins over what is given for all") {
  MatchRequest request = two_templates();
  request.symmetries = {{"groel", "D7"}};
  request.peaks.radii = {{"70S", {90, true}}};
  request.masks = {{"70S", "mask.mrc"}};
  const std::vector<TemplateOptions> options = template_options(request);
  REQUIRE(options.size() == 2);
  CHECK(options[0].name == "70S");
  CHECK(options[0].mask == "mask.mrc");
  CHECK_FALSE(options[0].mask_radius);
  CHECK(options[0].radius == Length{90, true});
  CHECK(options[0].symmetry == "C1");
  CHECK(options[1].mask.empty());
  CHECK(options[1].mask_radius == Length{6, false});
  CHECK(options[1].radius == Length{6, false});
  CHECK(options[1].symmetry == "D7");
}

TEST_CASE("templates that lack something or have it twice are refused") {
  const auto refused = [](const char* said, const std::function<void(MatchRequest&)>& change) {
    MatchRequest request = two_templates();
    change(request);
    INFO(said);
    CHECK_THROWS_WITH(template_options(request), DFE_CONTAINS(said));
  };
  refused("--template", [](MatchRequest& r) { r.templates.clear(); });
  refused("two templates called '70S'", [](MatchRequest& r) { r.templates[1].name = "70S"; });
  refused("part of a file's name", [](MatchRequest& r) { r.templates[1].name = "a/b"; });
  refused("is missing for '70S'",
          [](MatchRequest& r) { r.mask_radii.erase(r.mask_radii.begin()); });
  refused("--mask-radius for '70S'", [](MatchRequest& r) { r.masks = {{"", "m.mrc"}}; });
  refused("no template 'grol'", [](MatchRequest& r) { r.symmetries = {{"grol", "D7"}}; });
  refused("given twice for 'groel'", [](MatchRequest& r) {
    r.masks = {{"groel", "a.mrc"}, {"groel", "b.mrc"}};
  });
  refused("--radius", [](MatchRequest& r) {
    r.mask_radii.clear();
    r.masks = {{"", "m.mrc"}};
  });
}

namespace {

/// Work with a clock of its own: what it takes before the first step, for each step, and for each
/// eighth one, which prepares templates.
struct CountedWork {
  double before, step, eighth;
  std::int64_t steps;
  double now = 0;

  void operator()(Observer* observer) {
    now += before;
    for (std::int64_t i = 0; i < steps; ++i) {
      now += step + (i % 8 == 0 ? eighth : 0);
      observer->progress("match", i + 1, steps);
      if (observer->cancelled()) throw Error(ErrorKind::Cancelled, "match", "", "stopped");
    }
  }
};

}  // namespace

TEST_CASE("a second of work predicts the time of all") {
  for (const CountedWork& asked :
       {CountedWork{0, 0.001, 0, 100000}, CountedWork{40, 0.5, 2, 25000},
        CountedWork{3, 0.01, 0.1, 5000}, CountedWork{1, 30, 10, 300}, CountedWork{2, 0.1, 1, 5}}) {
    CountedWork all = asked;
    Observer silent;
    all(&silent);
    CountedWork begun = asked;
    Calibration calibration(8, nullptr, [&] { return begun.now; });
    calibration.run([&](Observer* watched) { begun(watched); });
    INFO(asked.before << " " << asked.step << " " << asked.eighth << " " << asked.steps);
    CHECK(std::abs(calibration.seconds() - all.now) < 0.3 * all.now);
    if (all.now > 50) CHECK(begun.now < all.now / 4);  // it does not do all of it
  }
}

TEST_CASE("a calibration that the user stops is stopped") {
  struct Stop final : Observer {
    bool cancelled() override { return true; }
  } stop;
  CountedWork work{1, 1, 1, 100};
  Calibration calibration(8, &stop, [&] { return work.now; });
  CHECK_THROWS_WITH(calibration.run([&](Observer* watched) { work(watched); }),
                    DFE_CONTAINS("stopped"));
}
