// SPDX-License-Identifier: Apache-2.0
// Decoys in a run of `match`: what they win is counted, and never listed.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "commands/match/decoy_rates.hpp"
#include "planted_case.hpp"
#include "tests/fixtures/run_command.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

match::Peak peak(float score, std::size_t contestant) {
  match::Peak p;
  p.score = score;
  p.template_id = contestant;
  return p;
}

double ball(const Point3& p) { return std::exp(-(p.z * p.z + p.y * p.y + p.x * p.x) / 32); }

/// Homogeneous, with a soft edge.
double full_ball(const Point3& p) {
  return std::clamp(4.5 - std::sqrt(p.z * p.z + p.y * p.y + p.x * p.x), 0.0, 1.0);
}

/// What the only particle has in a column.
std::string column_of(const ParticleList& list, const std::string& name) {
  for (const ExtraColumn& column : list.extra_columns)
    if (column.name == name && column.values.size() == 1) return column.values[0];
  return "none";
}

}  // namespace

TEST_CASE("q-values come from a template's own decoys") {
  const std::vector<Contestant> contestants{{0, ""}, {0, "mirrored"}, {0, "sphere"},
                                            {1, ""}, {1, "mirrored"}, {1, "sphere"}};
  const TemplatePeaks found = without_decoys(
      {peak(0.9F, 0), peak(0.8F, 3), peak(0.7F, 0), peak(0.6F, 2), peak(0.5F, 0), peak(0.4F, 4)},
      contestants, 2);
  REQUIRE(found.peaks.size() == 4);
  // Two decoys for each template: (1 + decoys) / (2 targets), the least of this and longer lists.
  // After 1, 2 and 3 targets: 1/2, 1/4, 2/6. The second template has one target alone.
  CHECK(found.q_values[0] == 0.25);
  CHECK(found.q_values[1] == 0.5);
  CHECK(found.q_values[2] == 0.25);
  CHECK(std::abs(found.q_values[3] - 1.0 / 3) < 1e-15);
  CHECK(found.rates[0].template_places == 3);
  CHECK(found.rates[0].places_of("sphere") == 1);
  CHECK(found.rates[0].places_of("mirrored") == 0);
  CHECK(std::abs(found.rates[0].false_discovery_rate - 1.0 / 3) < 1e-15);
  CHECK(found.rates[1].places_of("mirrored") == 1);
}

TEST_CASE("decoys are matched, counted and not listed") {
  const TempFolder folder;
  write_case(folder);
  MatchRequest request = request_in(folder);
  request.decoys = {MatchDecoy::Mirrored, MatchDecoy::Sphere};
  const CommandReport report = run_match(request);
  check_found(folder / "out.star");
  const ParticleList list = io::read_list(folder / "out.star");
  CHECK(column_of(list, "_dfengineQValue") == "0.5");  // 1 / (2 decoys · 1)
  const auto found = nlohmann::json::parse(report.json).at("results").at(0).at("templates").at(0);
  CHECK(found.at("decoys").at("mirrored") == 0);
  CHECK(found.at("false_discovery_rate") == 0.5);
  CHECK(found.at("decoy_jobs").size() == 2);
  CHECK(std::filesystem::exists(folder / "out_mirrored_scores.mrc"));

  MatchRequest again;
  again.extract_only = true;
  again.peaks.threshold = 0.5;
  again.tomograms = {(folder / "out_sphere_job.json").string(), (folder / "out_job.json").string(),
                     (folder / "out_mirrored_job.json").string()};
  again.output = (folder / "again.csv").string();
  run_match(again);
  const ParticleList csv = io::read_list(folder / "again.csv");
  REQUIRE(csv.particles.size() == 1);
  CHECK(column_of(csv, "q_value") == "0.5");
  CHECK(std::filesystem::exists(folder / "again_sphere_histogram.svg"));
  again.tomograms.erase(again.tomograms.begin() + 1);
  again.output = (folder / "no").string();
  CHECK_THROWS_WITH(run_match(again), DFE_CONTAINS("whose own record is missing"));
}

TEST_CASE("a sphere that scores as well is said") {
  const TempFolder folder;
  write_case(folder);
  Volume<float> tomogram = noise_volume(kExtent);
  for (const Index3& place : {Index3{15, 12, 12}, Index3{15, 27, 38}})
    add_shape(tomogram, full_ball, place, planted_rotation(), 3);
  io::write_volume(folder / "tomo.mrc", tomogram.view(), geometry_of(kExtent));
  write_template(folder / "blobs.mrc",
                 [](const Point3& p) { return full_ball(p) + 0.6 * blobs(p); });
  MatchRequest request = request_in(folder);
  request.decoys = {MatchDecoy::Sphere};
  run_match(request);
  CHECK_THAT(read_text(folder / "out.star.run.json"), DFE_CONTAINS("a sphere scores higher"));
}

TEST_CASE("several templates and decoys keep apart what is theirs") {
  const TempFolder folder;
  write_case(folder);
  write_template(folder / "ball.mrc", ball);
  MatchRequest request = request_in(folder);
  request.templates.push_back({"", (folder / "ball.mrc").string()});
  request.decoys = {MatchDecoy::Scrambled};
  run_match(request);
  for (const char* name : {"out_blobs_job.json", "out_blobs_scrambled_job.json",
                           "out_ball_job.json", "out_ball_scrambled_job.json"})
    CHECK(std::filesystem::exists(folder / name));
  request.decoys.push_back(MatchDecoy::Scrambled);
  request.output = (folder / "no").string();
  CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS("twice"));
}
