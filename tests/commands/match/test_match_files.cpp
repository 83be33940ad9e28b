// SPDX-License-Identifier: Apache-2.0
// The command behind `match`: planted particles come back with their orientations, lists can be
// made again from what was kept, and what does not fit is refused.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "io/match_job.hpp"
#include "planted_case.hpp"
#include "tests/fixtures/run_command.hpp"

using namespace dfe;
using namespace dfe::test;

TEST_CASE("a planted particle is found with its orientation") {
  const TempFolder folder;
  write_case(folder);
  const CommandReport report = run_match(request_in(folder));
  check_found(folder / "out.star");
  const auto json = nlohmann::json::parse(report.json).at("results").at(0);
  CHECK(json.at("particles") == 1);
  CHECK(json.at("classes").at("blobs") == 1);
  CHECK(json.at("templates").at(0).at("orientations") == match::healpix_count(kStep));

  const Volume<float> ids = io::read_volume(*io::open_volume(folder / "out_angles.mrc"));
  CHECK(ids(12, 21, 30) == static_cast<float>(kPlanted));
  const io::MatchJob record = io::read_match_job(folder / "out_job.json");
  CHECK(record.tomogram_extent == kExtent);
  CHECK(record.template_extent == kBox);
  CHECK(record.class_name == "blobs");
  CHECK(record.step_deg == kStep);
  CHECK(record.mask == folder / "out_mask.mrc");  // made from --mask-radius
  const Volume<float> mask = io::read_volume(*io::open_volume(record.mask));
  CHECK(mask.extent() == kBox);
  CHECK(mask(8, 8, 14) == 1);
  CHECK(mask(8, 8, 16) == 0);
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
  CHECK(read_text(folder / "again.star") == read_text(folder / "out.star"));
  request.output = (folder / "high").string();
  request.peaks.threshold = 0.999;
  run_match(request);
  CHECK(io::read_list(folder / "high.star").particles.empty());
}

TEST_CASE("the template itself tells how far apart orientations may be") {
  const TempFolder folder;
  write_case(folder);
  MatchRequest request = request_in(folder);
  request.angles = "auto";
  const CommandReport report = run_match(request);
  const ParticleList list = io::read_list(folder / "out.star");
  REQUIRE(list.particles.size() == 1);
  CHECK(std::abs(list.particles[0].position_voxels.y - 21) < 0.5);
  const io::MatchJob record = io::read_match_job(folder / "out_job.json");
  CHECK(record.step_deg >= 1);
  CHECK(record.step_deg <= 60);
  CHECK(record.orientations == match::healpix_count(record.step_deg));
  CHECK(nlohmann::json::parse(report.json)["results"][0]["templates"][0]["orientations"] ==
        record.orientations);
}

TEST_CASE("only what the search mask has is searched") {
  const TempFolder folder;
  write_case(folder);
  Volume<float> mask(kExtent, 0.0F);
  for (std::int64_t z = 6; z < 20; ++z)
    for (std::int64_t y = 14; y < 28; ++y)
      for (std::int64_t x = 24; x < 36; ++x) mask(z, y, x) = 1;
  io::write_volume(folder / "mask.mrc", mask.view(), geometry_of(kExtent));
  MatchRequest request = request_in(folder);
  request.peaks.search_mask = (folder / "mask.mrc").string();
  run_match(request);
  check_found(folder / "out.star");
  CHECK(io::read_volume(*io::open_volume(folder / "out_scores.mrc"))(25, 5, 5) == 0);
  MatchRequest again = again_in(folder);  // the mask is in the job record
  run_match(again);
  CHECK(read_text(folder / "again.star") == read_text(folder / "out.star"));
}

TEST_CASE("voxels that are not valid do not count, whatever they are") {
  const TempFolder folder;
  write_case(folder);
  const Volume<float> clean = io::read_volume(*io::open_volume(folder / "tomo.mrc"));
  Volume<float> gold = clean.clone();
  Volume<float> mask(kExtent, 1.0F);
  for (std::int64_t y = 4; y < 10; ++y)
    for (std::int64_t x = 4; x < 10; ++x) {
      gold(12, y, x) = x == 5 ? std::nanf("") : 1000;
      mask(12, y, x) = 0;
    }
  io::write_volume(folder / "gold.mrc", gold.view(), geometry_of(kExtent));
  io::write_volume(folder / "mask.mrc", mask.view(), geometry_of(kExtent));
  MatchRequest request = request_in(folder);
  request.valid_mask = (folder / "mask.mrc").string();
  for (const double low_pass : {0.0, 25.0}) {
    request.low_pass_angstrom = low_pass;
    request.common.overwrite = true;
    request.tomograms = {(folder / "tomo.mrc").string()};
    request.output = (folder / "clean").string();
    run_match(request);
    request.tomograms = {(folder / "gold.mrc").string()};
    request.output = (folder / "gold").string();
    run_match(request);
    CHECK(read_text(folder / "gold_scores.mrc") == read_text(folder / "clean_scores.mrc"));
    if (low_pass == 0) check_found(folder / "gold.star");
  }
  request.valid_mask.clear();
  CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS("not finite"));
}

TEST_CASE("the tophat leaves sharp peaks") {
  const TempFolder folder;
  write_case(folder);
  MatchRequest request = request_in(folder);
  request.peaks.tophat = true;
  run_match(request);
  check_found(folder / "out.star");
  MatchRequest again = again_in(folder);
  again.peaks.tophat = true;
  again.peaks.false_positives = 1e-300;  // a cut-off that no peak reaches
  run_match(again);
  CHECK(io::read_list(folder / "again.star").particles.empty());
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
    const WorkingFolder here(folder.path());
    MatchRequest request = request_in(folder);
    request.tomograms = {"tomo.mrc"};
    request.templates = {{"", "blobs.mrc"}};
    request.output = "made/out";
    run_match(request);
  }
  std::filesystem::rename(folder / "made", folder / "moved");
  std::filesystem::remove(folder / "tomo.mrc");
  const WorkingFolder elsewhere(std::filesystem::temp_directory_path());
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
  request.peaks.radii = {{"", {6, false}}};
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
  CHECK_THAT(read_text(folder / "out.star.run.json"), DFE_CONTAINS("no threshold can be found"));
  CHECK(io::read_list(folder / "out.star").particles.empty());
  const auto json = nlohmann::json::parse(report.json).at("results").at(0);
  CHECK_FALSE(json.at("templates").at(0).contains("threshold"));
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
            blobs_at({static_cast<double>(z - 17) / 2, static_cast<double>(y - 17) / 2,
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
  const auto before = names_in(folder.path());
  MatchRequest request = request_in(folder);
  request.dry_run = true;
  request.output = (folder / "new/out").string();
  const CommandReport report = run_match(request);
  CHECK(names_in(folder.path()) == before);
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
  io::write_volume(folder / "large.mrc", noise_volume(large).view(), geometry_of(large));
  io::write_volume(folder / "flat.mrc", Volume<float>(kBox, 1.0F).view(), geometry_of(kBox));
  const auto before = names_in(folder.path());
  const auto refused = [&](const char* said, const std::function<void(MatchRequest&)>& change) {
    MatchRequest request = request_in(folder);
    change(request);
    INFO(said);
    Watcher watcher;
    CHECK_THROWS_WITH(run_match(request, &watcher), DFE_CONTAINS(said));
    CHECK_FALSE(watcher.matched);
    CHECK(names_in(folder.path()) == before);
  };
  const auto file = [&](const char* name) { return (folder / name).string(); };
  refused("larger than the tomogram",
          [&](MatchRequest& r) { r.templates[0].value = file("large.mrc"); });
  refused("--mask': is missing for 'blobs'", [](MatchRequest& r) {
    r.mask_radii.clear();
    r.peaks.radii = {{"", {5, false}}};
  });
  refused("same box", [&](MatchRequest& r) {
    r.mask_radii.clear();
    r.peaks.radii = {{"", {5, false}}};
    r.masks = {{"", file("large.mrc")}};
  });
  refused("do not fit", [](MatchRequest& r) { r.mask_radii = {{"", {7, false}}}; });
  refused("--angles", [](MatchRequest& r) { r.angles.clear(); });
  refused("no such file", [](MatchRequest& r) { r.angles = "no_such_file.csv"; });
  refused("180", [](MatchRequest& r) { r.angles = "400"; });
  refused("X9", [](MatchRequest& r) { r.symmetries = {{"", "X9"}}; });
  refused("--threshold", [](MatchRequest& r) { r.peaks.threshold = std::nan(""); });
  refused("flat.mrc': the template is constant",
          [&](MatchRequest& r) { r.templates[0].value = file("flat.mrc"); });
  refused("same extent", [&](MatchRequest& r) { r.peaks.search_mask = file("flat.mrc"); });
}

TEST_CASE("options of matching are refused where nothing is matched") {
  const TempFolder folder;
  write_case(folder);
  run_match(request_in(folder));
  const auto before = names_in(folder.path());
  const auto refused = [&](const char* said, const std::function<void(MatchRequest&)>& change) {
    MatchRequest request = again_in(folder);
    change(request);
    INFO(said);
    CHECK_THROWS_WITH(run_match(request), DFE_CONTAINS(said));
    CHECK(names_in(folder.path()) == before);
  };
  refused("--angles", [](MatchRequest& r) { r.angles = "30"; });
  refused("--template", [](MatchRequest& r) { r.templates = {{"", "blobs.mrc"}}; });
  refused("--symmetry", [](MatchRequest& r) { r.symmetries = {{"", "C2"}}; });
  refused("--dry-run", [](MatchRequest& r) { r.dry_run = true; });
  refused("no such file", [&](MatchRequest& r) { r.tomograms = {(folder / "a.json").string()}; });
  refused("job record", [&](MatchRequest& r) { r.tomograms = {(folder / "tomo.mrc").string()}; });
}
