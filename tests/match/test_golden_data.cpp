// SPDX-License-Identifier: Apache-2.0
// Against pyTME 0.3.6 (FLCSphericalMask, cubic splines, transforms of the volume's own size): a
// simulated tomogram of 64x96x96 voxels, 648 orientations, a wedge of ±60 degrees.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "core/math/wedge.hpp"
#include "io/lists/orientation_list.hpp"
#include "io/volume.hpp"
#include "match/exact.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

using namespace dfe;

namespace {

const std::filesystem::path kGolden = test::data_dir() / "template_matching" / "pytme_golden";

Volume<float> read(const char* name) { return io::read_volume(*io::open_volume(kGolden / name)); }

std::vector<Rotation> read_rotations() {
  std::ifstream file(kGolden / "rotations.csv");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return io::lists::parse_orientations(text, "rotations.csv");
}

match::MatchTemplate read_template() {
  match::MatchTemplate t;
  t.density = read("template.mrc.gz");
  t.mask = read("mask.mrc.gz");
  t.weights = math::wedge_weights(t.density.extent(), -60, 60);
  return t;
}

}  // namespace

TEST_CASE("scores and ids are pyTME's at every voxel") {
  const match::MatchTemplate t = read_template();
  const Volume<float> tomogram = read("tomogram.mrc.gz"), scores = read("scores_pytme.mrc.gz"),
                      ids = read("ids_pytme.mrc.gz");
  match::ScoreOptions options;
  options.edge = match::Edge::Periodic;
  const std::vector<Rotation> list = read_rotations();
  REQUIRE(list.size() == 648);
  const match::ScoreMap map = match::exact_scores(tomogram.view(), t, list, options);
  REQUIRE(map.scores.voxels() == 589824);
  double worst = 0;
  std::vector<std::int64_t> others;  // voxels where the ids differ
  for (std::int64_t i = 0; i < map.scores.voxels(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(map.scores.data()[i]) -
                                     static_cast<double>(scores.data()[i])));
    if (static_cast<float>(map.ids.data()[i]) != ids.data()[i]) others.push_back(i);
  }
  CHECK(worst < 1e-5);
  // In double the two orientations score equally there, to 4.5e-8 and 4e-9; in single precision
  // either may win.
  CHECK(others.size() <= 2);
  for (const std::int64_t i : others) {
    CAPTURE(i);
    const std::vector<Rotation> theirs{list[static_cast<std::size_t>(ids.data()[i])]};
    const match::ScoreMap alone = match::exact_scores(tomogram.view(), t, theirs, options);
    CHECK(std::abs(alone.scores.data()[i] - map.scores.data()[i]) < 5e-7f);
  }
  CHECK(map.scores(28, 61, 36) == Approx(0.6106564).margin(1e-5));
  CHECK(map.ids(28, 61, 36) == 254);
}

TEST_CASE("with a mask that turns, scores are those of pyTME's FLC") {
  match::MatchTemplate t = read_template();
  t.turn_sphere = true;
  const Volume<float> tomogram = read("tomogram.mrc.gz");
  match::ScoreOptions options;
  options.edge = match::Edge::Periodic;
  const match::ScoreMap map = match::exact_scores(tomogram.view(), t, read_rotations(), options);
  // From a run of pyTME 0.3.6 (score FLC, order 3) on the same files.
  struct Row {
    std::int64_t z, y, x;
    double score;
    std::int32_t id;
  };
  for (const Row& row : std::vector<Row>{{28, 61, 36, 0.6103987097740173, 254},
                                         {10, 20, 30, 0.09597476571798325, 27},
                                         {40, 5, 90, 0.06636335700750351, 225},
                                         {0, 0, 0, 0.06686022877693176, 450},
                                         {63, 95, 95, 0.0900607332587242, 449},
                                         {31, 47, 48, 0.0774838849902153, 267}}) {
    CAPTURE(row.z, row.y, row.x);
    CHECK(map.scores(row.z, row.y, row.x) == Approx(row.score).margin(2e-5));
    CHECK(map.ids(row.z, row.y, row.x) == row.id);
  }
  double sum = 0;
  for (std::int64_t i = 0; i < map.scores.voxels(); ++i)
    sum += static_cast<double>(map.scores.data()[i]) * static_cast<double>(i % 97) / 97;
  CHECK(sum == Approx(24358.508630363365).margin(589824 * 1e-5));
}
