// SPDX-License-Identifier: Apache-2.0
// The command behind `match`: planted particles come back with their orientations, lists can be
// made again from what was kept, and what does not fit is refused.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "io/match_job.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "match/orientations.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/match/match_cases.hpp"

using namespace dfe;
using test::TempFolder;

namespace {

constexpr Extent3 kExtent{30, 40, 50};
constexpr Extent3 kBox{17, 17, 17};
constexpr std::size_t kPlanted = 17;  // of the list with this step
constexpr double kStep = 60;

VolumeGeometry geometry_of(const Extent3& extent, double angstrom = 10) {
  VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = VoxelSize::cubic(angstrom);
  return geometry;
}

/// The value of the turned blobs at a place from their centre.
double turned_blobs(const Rotation& r, const Point3& p) {
  const Point3 back{r[2] * p.x + r[5] * p.y + r[8] * p.z, r[1] * p.x + r[4] * p.y + r[7] * p.z,
                    r[0] * p.x + r[3] * p.y + r[6] * p.z};
  return test::blobs_at(back, 1);
}

/// Noise with the template about (12, 21, 30), turned, and a template that is not.
void write_case(const TempFolder& folder, double sign = 1) {
  const Rotation r = match::healpix_orientations(kStep)[kPlanted];
  Volume<float> tomogram = test::noise_volume(kExtent);
  for (std::int64_t z = 0; z < kExtent.z; ++z)
    for (std::int64_t y = 0; y < kExtent.y; ++y)
      for (std::int64_t x = 0; x < kExtent.x; ++x) {
        const Point3 p{static_cast<double>(z - 12), static_cast<double>(y - 21),
                       static_cast<double>(x - 30)};
        tomogram(z, y, x) += static_cast<float>(3 * sign * turned_blobs(r, p));
      }
  Volume<float> box(kBox);
  for (std::int64_t z = 0; z < kBox.z; ++z)
    for (std::int64_t y = 0; y < kBox.y; ++y)
      for (std::int64_t x = 0; x < kBox.x; ++x)
        box(z, y, x) = static_cast<float>(test::blobs_at(
            {static_cast<double>(z - 8), static_cast<double>(y - 8), static_cast<double>(x - 8)},
            1));
  io::write_volume(folder / "tomo.mrc", tomogram.view(), geometry_of(kExtent));
  io::write_volume(folder / "blobs.mrc", box.view(), geometry_of(kBox));
}

MatchRequest request_in(const TempFolder& folder) {
  MatchRequest request;
  request.tomograms = {(folder / "tomo.mrc").string()};
  request.template_file = (folder / "blobs.mrc").string();
  request.mask_radius = Length{6, false};
  request.angles = "60";
  request.peaks.threshold = 0.5;
  request.output = (folder / "out").string();
  return request;
}

void check_found(const std::filesystem::path& file) {
  const ParticleList list = io::read_list(file);
  REQUIRE(list.particles.size() == 1);
  const Particle& particle = list.particles.front();
  CHECK(std::abs(particle.position_voxels.z - 12) < 0.3);
  CHECK(std::abs(particle.position_voxels.y - 21) < 0.3);
  CHECK(std::abs(particle.position_voxels.x - 30) < 0.3);
  REQUIRE(particle.orientation);
  CHECK(match::angle_between_deg(*particle.orientation,
                                 match::healpix_orientations(kStep)[kPlanted]) < 0.01);
}

}  // namespace

TEST_CASE("a planted particle is found with its orientation") {
  const TempFolder folder;
  write_case(folder);
  const CommandReport report = run_match(request_in(folder));
  check_found(folder / "out.star");
  const auto json = nlohmann::json::parse(report.json).at("results").at(0);
  CHECK(json.at("particles") == 1);
  CHECK(json.at("classes").at("blobs") == 1);
  CHECK(json.at("orientations") == match::healpix_count(kStep));

  const Volume<float> ids = io::read_volume(*io::open_volume(folder / "out_angles.mrc"));
  CHECK(ids(12, 21, 30) == static_cast<float>(kPlanted));
  const io::MatchJob record = io::read_match_job(folder / "out_job.json");
  CHECK(record.tomogram_extent == kExtent);
  CHECK(record.template_extent == kBox);
  CHECK(record.class_name == "blobs");
  CHECK(record.step_deg == kStep);
  for (const char* name :
       {"out.star", "out_scores.mrc", "out_angles.mrc", "out_job.json", "out_histogram.svg"})
    CHECK(std::filesystem::exists(folder / (std::string(name) + ".run.json")));
}

TEST_CASE("a particle of the other contrast is found with the template inverted") {
  const TempFolder folder;
  write_case(folder, -1);
  MatchRequest request = request_in(folder);
  request.invert = true;
  run_match(request);
  check_found(folder / "out.star");
}

namespace {

/// The request for another list from what `request_in` left.
MatchRequest again_in(const TempFolder& folder) {
  MatchRequest request;
  request.extract_only = true;
  request.tomograms = {(folder / "out_job.json").string()};
  request.output = (folder / "again").string();
  request.peaks.threshold = 0.5;
  return request;
}

}  // namespace

TEST_CASE("the list is the same when it is made again from what was kept") {
  const TempFolder folder;
  write_case(folder);
  run_match(request_in(folder));
  MatchRequest request = again_in(folder);  // the radius is in the job record
  run_match(request);
  CHECK(test::read_text(folder / "again.star") == test::read_text(folder / "out.star"));
  request.output = (folder / "high").string();
  request.peaks.threshold = 0.999;
  run_match(request);
  CHECK(io::read_list(folder / "high.star").particles.empty());
}

TEST_CASE("orientations come from a file") {
  const TempFolder folder;
  write_case(folder);
  std::ofstream list(folder / "angles.csv");
  list << "r11,r12,r13,r21,r22,r23,r31,r32,r33\n1,0,0,0,1,0,0,0,1\n";
  const Rotation r = match::healpix_orientations(kStep)[kPlanted];
  list.precision(17);
  for (std::size_t i = 0; i < 9; ++i) list << r[i] << (i < 8 ? "," : "\n");
  list.close();
  MatchRequest request = request_in(folder);
  request.angles = (folder / "angles.csv").string();
  run_match(request);
  check_found(folder / "out.star");
  CHECK(io::read_volume(*io::open_volume(folder / "out_angles.mrc"))(12, 21, 30) == 1);
  run_match(again_in(folder));
  check_found(folder / "again.star");
}

TEST_CASE("what was kept can be moved and used from anywhere") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "made");
  write_case(folder);
  {
    const test::WorkingFolder here(folder.path());
    MatchRequest request = request_in(folder);
    request.tomograms = {"tomo.mrc"};
    request.template_file = "blobs.mrc";
    request.output = "made/out";
    run_match(request);
  }
  std::filesystem::rename(folder / "made", folder / "moved");
  std::filesystem::remove(folder / "tomo.mrc");
  const test::WorkingFolder elsewhere(std::filesystem::temp_directory_path());
  MatchRequest request = again_in(folder);
  request.tomograms = {(folder / "moved" / "out_job.json").string()};
  run_match(request);
  check_found(folder / "again.star");
}

TEST_CASE("without a voxel size lengths are in voxels") {
  const TempFolder folder;
  write_case(folder);
  VolumeGeometry unknown;
  unknown.extent = kExtent;
  io::write_volume(folder / "tomo.mrc",
                   io::read_volume(*io::open_volume(folder / "tomo.mrc")).view(), unknown);
  MatchRequest request = request_in(folder);
  request.peaks.border = Length{20, true};
  CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS("--border"));
  request.peaks.border.reset();
  run_match(request);
  check_found(folder / "out.star");
  request = again_in(folder);
  CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS("--radius"));
  request.peaks.radius = Length{6, false};
  run_match(request);
  check_found(folder / "again.star");
}

TEST_CASE("where no threshold can be found, scores are kept with an empty list") {
  const TempFolder folder;
  write_case(folder);
  MatchRequest request = request_in(folder);
  request.peaks.threshold.reset();
  request.peaks.false_positives = 1e9;  // more than there are independent scores
  const CommandReport report = run_match(request);
  CHECK_THAT(test::read_text(folder / "out.star.run.json"),
             DFE_CONTAINS("no threshold can be found"));
  CHECK(io::read_list(folder / "out.star").particles.empty());
  CHECK_FALSE(nlohmann::json::parse(report.json).at("results").at(0).contains("threshold"));
  request = again_in(folder);
  run_match(request);
  check_found(folder / "again.star");
  request.output = (folder / "none").string();
  request.peaks.threshold.reset();
  request.peaks.false_positives = 1e9;
  CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS("give --threshold"));
  CHECK_FALSE(std::filesystem::exists(folder / "none.star"));
}

TEST_CASE("scores of empty regions are finite") {
  const TempFolder folder;
  write_case(folder);
  Volume<float> tomogram = io::read_volume(*io::open_volume(folder / "tomo.mrc"));
  std::fill_n(tomogram.data() + kExtent.voxels() / 2, kExtent.voxels() / 2, 0.0F);
  io::write_volume(folder / "tomo.mrc", tomogram.view(), geometry_of(kExtent));
  run_match(request_in(folder));
  const Volume<float> scores = io::read_volume(*io::open_volume(folder / "out_scores.mrc"));
  CHECK(std::all_of(scores.span().begin(), scores.span().end(),
                    [](float score) { return std::abs(score) <= 1; }));
  CHECK(scores(29, 20, 20) == 0);
}

TEST_CASE("a template of another voxel size is refused or rescaled") {
  const TempFolder folder;
  write_case(folder);
  Volume<float> fine(Extent3{35, 35, 35}, 0.0F);
  for (std::int64_t z = 0; z < 35; ++z)
    for (std::int64_t y = 0; y < 35; ++y)
      for (std::int64_t x = 0; x < 35; ++x)
        fine(z, y, x) = static_cast<float>(
            test::blobs_at({static_cast<double>(z - 17) / 2, static_cast<double>(y - 17) / 2,
                            static_cast<double>(x - 17) / 2},
                           1));
  io::write_volume(folder / "blobs.mrc", fine.view(), geometry_of({35, 35, 35}, 5));
  MatchRequest request = request_in(folder);
  CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS("--rescale"));
  request.rescale = true;
  run_match(request);
  check_found(folder / "out.star");
}

TEST_CASE("a dry run predicts and writes nothing") {
  const TempFolder folder;
  write_case(folder);
  const auto before = test::names_in(folder.path());
  MatchRequest request = request_in(folder);
  request.dry_run = true;
  request.output = (folder / "new/out").string();
  const CommandReport report = run_match(request);
  CHECK(test::names_in(folder.path()) == before);
  const auto json = nlohmann::json::parse(report.json).at("results").at(0);
  CHECK(json.at("orientations") == match::healpix_count(kStep));
  CHECK(json.at("predicted_seconds").get<double>() > 0);
}

namespace {

/// Whether matching began.
struct Watcher final : Observer {
  bool matched = false;
  void progress(std::string_view stage, std::int64_t, std::int64_t) override {
    if (stage == "match") matched = true;
  }
};

}  // namespace

TEST_CASE("what does not fit is refused before matching and leaves nothing") {
  const TempFolder folder;
  write_case(folder);
  const Extent3 large{31, 17, 17};
  io::write_volume(folder / "large.mrc", test::noise_volume(large).view(), geometry_of(large));
  io::write_volume(folder / "flat.mrc", Volume<float>(kBox, 1.0F).view(), geometry_of(kBox));
  const auto before = test::names_in(folder.path());
  const auto refused = [&](const char* said, const std::function<void(MatchRequest&)>& change) {
    MatchRequest request = request_in(folder);
    change(request);
    INFO(said);
    Watcher watcher;
    CHECK_THROWS_WITH(run_match(request, &watcher), DFE_CONTAINS(said));
    CHECK_FALSE(watcher.matched);
    CHECK(test::names_in(folder.path()) == before);
  };
  const auto file = [&](const char* name) { return (folder / name).string(); };
  refused("larger than the tomogram",
          [&](MatchRequest& r) { r.template_file = file("large.mrc"); });
  refused("--mask': is missing", [](MatchRequest& r) {
    r.mask_radius.reset();
    r.peaks.radius = Length{5, false};
  });
  refused("--radius", [](MatchRequest& r) { r.mask_radius.reset(); });
  refused("same box", [&](MatchRequest& r) {
    r.mask_radius.reset();
    r.peaks.radius = Length{5, false};
    r.mask = file("large.mrc");
  });
  refused("do not fit", [](MatchRequest& r) { r.mask_radius = Length{7, false}; });
  refused("--angles", [](MatchRequest& r) { r.angles.clear(); });
  refused("no such file", [](MatchRequest& r) { r.angles = "no_such_file.csv"; });
  refused("180", [](MatchRequest& r) { r.angles = "400"; });
  refused("X9", [](MatchRequest& r) { r.symmetry = "X9"; });
  refused("--threshold", [](MatchRequest& r) { r.peaks.threshold = std::nan(""); });
  refused("flat.mrc': the template is constant",
          [&](MatchRequest& r) { r.template_file = file("flat.mrc"); });
  refused("same extent", [&](MatchRequest& r) { r.peaks.search_mask = file("flat.mrc"); });
}

TEST_CASE("options of matching are refused where nothing is matched") {
  const TempFolder folder;
  write_case(folder);
  run_match(request_in(folder));
  const auto before = test::names_in(folder.path());
  const auto refused = [&](const char* said, const std::function<void(MatchRequest&)>& change) {
    MatchRequest request = again_in(folder);
    change(request);
    INFO(said);
    CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS(said));
    CHECK(test::names_in(folder.path()) == before);
  };
  refused("--angles", [](MatchRequest& r) { r.angles = "30"; });
  refused("--template", [](MatchRequest& r) { r.template_file = "blobs.mrc"; });
  refused("--symmetry", [](MatchRequest& r) { r.symmetry = "C2"; });
  refused("--dry-run", [](MatchRequest& r) { r.dry_run = true; });
  refused("no such file", [&](MatchRequest& r) { r.tomograms = {(folder / "a.json").string()}; });
  refused("job record", [&](MatchRequest& r) { r.tomograms = {(folder / "tomo.mrc").string()}; });
}
