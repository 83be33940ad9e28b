// SPDX-License-Identifier: Apache-2.0
// Several templates in one run of `match`: each place goes to the one that looks most like it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "planted_case.hpp"
#include "tests/fixtures/run_command.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

constexpr Index3 kOtherPlace{16, 12, 12};

/// The blobs' other hand.
double other(const Point3& p) { return blobs({p.z, p.y, -p.x}); }

double ball(const Point3& p) { return std::exp(-(p.z * p.z + p.y * p.y + p.x * p.x) / 18); }

/// A tomogram with blobs and a second shape, and their templates.
void write_pair(const TempFolder& folder, const Shape& second, const char* name = "tomo.mrc") {
  Volume<float> tomogram = noise_volume(kExtent);
  add_shape(tomogram, blobs, kPlace, planted_rotation(), 3);
  add_shape(tomogram, second, kOtherPlace, planted_rotation(), 3);
  io::write_volume(folder / name, tomogram.view(), geometry_of(kExtent));
  write_template(folder / "blobs.mrc", blobs);
  write_template(folder / "second.mrc", second);
}

MatchRequest pair_request(const TempFolder& folder) {
  MatchRequest request = request_in(folder);
  request.templates.push_back({"second shape", (folder / "second.mrc").string()});
  return request;
}

/// By class, 1 and 2.
std::vector<Particle> sorted_particles(const std::filesystem::path& file) {
  std::vector<Particle> particles = io::read_list(file).particles;
  std::sort(particles.begin(), particles.end(),
            [](const Particle& a, const Particle& b) { return a.class_label < b.class_label; });
  return particles;
}

void check_pair(const std::filesystem::path& file) {
  const std::vector<Particle> particles = sorted_particles(file);
  REQUIRE(particles.size() == 2);
  CHECK(particles[0].class_label == 1);
  check_planted(particles[0], kPlace);
  CHECK(particles[1].class_label == 2);
  check_planted(particles[1], kOtherPlace);
}

}  // namespace

TEST_CASE("each place goes to the template that looks most like it") {
  const TempFolder folder;
  write_pair(folder, other);
  const CommandReport report = run_match(pair_request(folder));
  check_pair(folder / "out.star");
  const ParticleList list = io::read_list(folder / "out.star");
  CHECK(list.class_names == std::vector<std::string>{"background", "blobs", "second shape"});
  const auto templates = nlohmann::json::parse(report.json).at("results").at(0).at("templates");
  REQUIRE(templates.size() == 2);
  CHECK(templates.at(1).at("name") == "second shape");
  CHECK(templates.at(1).at("job") == (folder / "out_second shape_job.json").string());
  for (const char* name : {"out_blobs_scores.mrc", "out_blobs_job.json", "out_blobs_histogram.svg",
                           "out_second shape_angles.mrc"})
    CHECK(std::filesystem::exists(folder / name));
}

TEST_CASE("kept scores of several templates compete again") {
  const TempFolder folder;
  write_pair(folder, other);
  run_match(pair_request(folder));
  MatchRequest request;
  request.extract_only = true;
  request.peaks.threshold = 0.5;
  request.tomograms = {(folder / "out_blobs_job.json").string(),
                       (folder / "out_second shape_job.json").string()};
  request.output = (folder / "again").string();
  run_match(request);
  CHECK(read_text(folder / "again.star") == read_text(folder / "out.star"));

  const auto refused = [&](const char* said, const MatchRequest& wrong) {
    INFO(said);
    CHECK_THROWS_WITH(run_match(wrong), DFE_CONTAINS(said));
  };
  request.output = (folder / "no").string();
  request.tomograms[1] = request.tomograms[0];
  refused("given twice", request);
  std::filesystem::copy(request.tomograms[0], folder / "copy.json");
  request.tomograms[1] = (folder / "copy.json").string();
  refused("second record of 'blobs'", request);
  request.tomograms.pop_back();
  request.competition = MatchCompetition::ZScore;
  refused("several templates", request);
}

TEST_CASE("several tomograms get a list each, with several templates") {
  const TempFolder folder;
  write_pair(folder, other);
  write_pair(folder, other, "tomo_2.mrc");
  MatchRequest request = pair_request(folder);
  request.tomograms.push_back((folder / "tomo_2.mrc").string());
  run_match(request);
  check_pair(folder / "out" / "tomo.star");
  check_pair(folder / "out" / "tomo_2.star");
  MatchRequest again;
  again.extract_only = true;
  again.peaks.threshold = 0.5;
  for (const char* record : {"tomo_blobs", "tomo_second shape", "tomo_2_blobs"})
    again.tomograms.push_back((folder / "out" / (std::string(record) + "_job.json")).string());
  again.output = (folder / "lists").string();
  CHECK_THROWS_WITH(run_match(again), DFE_CONTAINS("same templates"));
  again.tomograms.push_back((folder / "out" / "tomo_2_second shape_job.json").string());
  run_match(again);
  check_pair(folder / "lists" / "tomo.star");
  check_pair(folder / "lists" / "tomo_2.star");
}

TEST_CASE("z-scores decide between templates, and lists keep the scores themselves") {
  const TempFolder folder;
  write_pair(folder, other);
  MatchRequest request = pair_request(folder);
  run_match(request);
  const std::vector<Particle> raw = sorted_particles(folder / "out.star");
  request.competition = MatchCompetition::ZScore;
  request.output = (folder / "z").string();
  run_match(request);
  check_pair(folder / "z.star");
  const std::vector<Particle> z = sorted_particles(folder / "z.star");
  for (std::size_t i = 0; i < 2; ++i) CHECK(std::abs(*z[i].score - *raw[i].score) < 1e-6);
  // Only the competition changes, not the volumes.
  CHECK(read_text(folder / "z_blobs_scores.mrc") == read_text(folder / "out_blobs_scores.mrc"));
}

// A score relative to all orientations of a voxel would be 0 at the centre of a ball.
TEST_CASE("z-scores do not lose particles that look the same from all sides") {
  const TempFolder folder;
  write_pair(folder, ball);
  MatchRequest request = pair_request(folder);
  request.competition = MatchCompetition::ZScore;
  run_match(request);
  const std::vector<Particle> particles = sorted_particles(folder / "out.star");
  REQUIRE(particles.size() == 2);
  CHECK(particles[1].class_label == 2);
  CHECK(std::abs(particles[1].position_voxels.y - static_cast<double>(kOtherPlace.y)) < 0.5);
}
