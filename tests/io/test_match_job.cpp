// SPDX-License-Identifier: Apache-2.0
// Job records: our own there and back, moved and linked folders, and those of pytom-match-pick,
// whose fields are from its source (0.14.0 and 0.10).
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/match_job.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

namespace dfe::io {
namespace {

namespace fs = std::filesystem;

MatchJob example(const fs::path& data, const fs::path& results) {
  MatchJob job;
  job.tomogram = data / "TS_7.mrc";
  job.template_file = data / "70S.mrc";
  job.mask = data / "mask.mrc";
  job.search_mask = data / "lamella.mrc";
  job.scores = results / "TS_7_scores.mrc";
  job.angles = results / "TS_7_angles.mrc";
  job.tomogram_extent = {100, 200, 300};
  job.template_extent = {41, 41, 41};
  job.searched = {{10, 20, 30}, {80, 150, 200}};
  job.voxel_size_angstrom = 13.68;
  job.step_deg = 7;
  job.orientations = 50544;
  job.spherical_mask = false;
  job.low_pass_angstrom = 40;
  job.particle_diameter_angstrom = 273.5;
  job.tilts = {{-60, 0, 60}, {10, 20, 30.5}, {{60000, 300, 2.7, 0.08, 0, true}}, -1, true};
  job.search_space = std::int64_t{80} * 150 * 200 * 50544;
  job.variance = 0.0004;
  job.class_name = "ribosome";
  job.decoy = "mirrored";
  return job;
}

TEST_CASE("a job record comes back with absolute paths") {
  const test::TempFolder folder;
  fs::create_directories(folder / "data");
  fs::create_directories(folder / "out");
  const MatchJob job = example(folder / "data", folder / "out");
  for (const fs::path& volume : {job.scores, job.angles}) std::ofstream(volume) << ".";
  write_match_job(folder / "out/TS_7_job.json", job);
  MatchJob back = read_match_job(folder / "out/TS_7_job.json");
  CHECK(back.written_by.rfind("dfengine ", 0) == 0);
  back.written_by.clear();
  CHECK(back.tilts.ctf[0].defocus_angstrom == Approx(60000));
  CHECK(back.tilts.ctf[0].spherical_aberration_mm == Approx(2.7));
  back.tilts.ctf = job.tilts.ctf;  // units of pytom-match-pick and back cost a last digit
  CHECK(back == job);

  // The record says nothing of where the folder is, so all of it may move.
  const auto json = nlohmann::json::parse(test::read_text(folder / "out/TS_7_job.json"));
  CHECK(json["tomogram"] == "../data/TS_7.mrc");
  CHECK(json["output_dir"] == ".");
  fs::create_directories(folder / "else");
  fs::rename(folder / "data", folder / "else/data");
  fs::rename(folder / "out", folder / "else/results");
  const MatchJob moved = read_match_job(folder / "else/results/TS_7_job.json");
  CHECK(moved.tomogram == folder / "else/data/TS_7.mrc");
  CHECK(moved.scores == folder / "else/results/TS_7_scores.mrc");
}

TEST_CASE("a voxel size that is unknown stays unknown") {
  MatchJob job = example("/data", "/out");
  job.voxel_size_angstrom = 0;
  const std::string text = format_match_job(job);
  CHECK(nlohmann::json::parse(text).at("voxel_size").is_null());
  CHECK(parse_match_job(text, "t_job.json").voxel_size_angstrom == 0);
}

TEST_CASE("fields have pytom-match-pick's names, order of axes and units") {
  MatchJob job = example("/data", "/out");
  job.point_group = "C6";
  const auto json = nlohmann::json::parse(format_match_job(job));
  using List = std::vector<std::int64_t>;
  CHECK(json["tomo_id"] == "TS_7");
  CHECK(json["tomo_shape"] == List{300, 200, 100});
  CHECK(json["search_x"] == List{30, 230});
  CHECK(json["search_z"] == List{10, 90});
  CHECK(json["sub_step"] == List{200, 150, 80});
  CHECK(json["rotation_file"] == 7);
  CHECK(json["rotational_symmetry"] == 6);
  CHECK(json["high_pass"].is_null());
  CHECK(json["job_stats"]["std"].get<double>() == Approx(0.02));
  CHECK(json["ts_metadata"]["__class__"] == "TiltSeriesMetaData");
  CHECK(json["ts_metadata"]["ctf_data"][0]["defocus"].get<double>() == Approx(6e-6));
  CHECK(json["ts_metadata"]["ctf_data"][0]["voltage"].get<double>() == Approx(3e5));
  for (const char* name :
       {"job_key",    "log_level",     "tomogram",          "template",    "mask",
        "output_dir", "rotation_file", "mask_is_spherical", "voxel_size",  "search_x",
        "search_y",   "search_z",      "low_pass",          "whole_start", "sub_start",
        "sub_step",   "n_rotations",   "start_slice",       "steps_slice", "job_stats"}) {
    CAPTURE(name);
    CHECK(json.contains(name));  // all that its loader asks for
  }
  job.point_group = "D7";  // which it does not have
  CHECK(nlohmann::json::parse(format_match_job(job))["rotational_symmetry"] == 1);
  CHECK(parse_match_job(format_match_job(job), "job").point_group == "D7");
}

TEST_CASE("a linked tomogram keeps its name, and linked folders lead to it") {
  const test::TempFolder folder;
  fs::create_directories(folder / "deep/store");
  fs::create_directories(folder / "out");
  std::ofstream(folder / "deep/store/raw.mrc") << ".";
  fs::create_symlink(folder / "deep/store/raw.mrc", folder / "TS_7.mrc");
  fs::create_directory_symlink(folder / "deep/store", folder / "link");
  MatchJob job = example(folder.path(), folder / "link");
  write_match_job(folder / "link/TS_7_job.json", job);
  const MatchJob back = read_match_job(folder / "link/TS_7_job.json");
  CHECK(back.tomogram.filename() == "TS_7.mrc");
  CHECK(fs::equivalent(back.tomogram, folder / "TS_7.mrc"));
}

/// A record as pytom-match-pick 0.14 writes it, shortened.
constexpr const char* kPytom = R"({
 "mask": "/gpfs/mask.mrc", "mask_is_spherical": true, "output_dir": "/gpfs/job1",
 "tomogram": "/gpfs/tomo_1.mrc", "template": "/gpfs/ribo.mrc", "tomo_id": "tomo_1",
 "ts_metadata": {"tilt_angles": [-0.5, 0.0, 0.5], "angles_in_degrees": false,
  "ctf_data": [{"defocus": 3e-06, "amplitude_contrast": 0.08, "voltage": 200000.0,
   "spherical_aberration": 0.0027, "phase_shift_deg": 0.0, "flip_phase": true,
   "__class__": "CtfData"}], "dose_accumulation": null, "defocus_handedness": 1,
  "per_tilt_weighting": true, "__class__": "TiltSeriesMetaData"},
 "tomo_shape": [24, 22, 20], "template_shape": [8, 8, 8], "mask_shape": [8, 8, 8],
 "voxel_size": 10.56, "tomogram_mask": null, "rotational_symmetry": 4,
 "particle_diameter": 300.0, "rotation_file": "/gpfs/angles.txt", "n_rotations": 100,
 "low_pass": 35.0, "high_pass": null, "job_stats": {"search_space": 1056000, "variance": 0.0009,
 "std": 0.03}, "pytom_tm_version_number": "0.14.0", "search_x": [0, 24], "search_y": [2, 22],
 "search_z": [0, 20]})";

TEST_CASE("records of pytom-match-pick are read") {
  const MatchJob job = parse_match_job(kPytom, "job.json");
  CHECK(job.written_by == "pytom-match-pick 0.14.0");
  CHECK(job.scores == "/gpfs/job1/tomo_1_scores.mrc");
  CHECK(job.tomogram_extent == Extent3{20, 22, 24});
  CHECK(job.searched == Box3{{0, 2, 0}, {20, 20, 24}});
  CHECK(job.angle_file == "/gpfs/angles.txt");
  CHECK(job.step_deg == 0);
  CHECK(job.point_group == "C4");
  CHECK(job.tilts.angles_deg[2] == Approx(28.6478897565));
  CHECK(job.tilts.ctf[0].voltage_kv == Approx(200));
  CHECK(job.tilts.defocus_hand == 1);
  CHECK(job.search_mask.empty());

  // Volumes that are no longer where they were written are beside the record.
  const test::TempFolder folder;
  write_text_file(folder / "tomo_1_job.json", kPytom);
  CHECK(read_match_job(folder / "tomo_1_job.json").angles == folder / "tomo_1_angles.mrc");
}

TEST_CASE("records from before 0.11 have the tilts in the job") {
  auto json = nlohmann::json::parse(kPytom);
  json["ctf_data"] = json["ts_metadata"]["ctf_data"];
  json["ctf_data"][0].erase("phase_shift_deg");
  json.erase("ts_metadata");
  json["tilt_angles"] = {-60, 60};
  json["tilt_weighting"] = true;
  json["dose_accumulation"] = {1, 2};
  json["rotation_file"] = 7.0;
  const MatchTilts tilts = parse_match_job(json.dump(), "job.json").tilts;
  CHECK(tilts.angles_deg == std::vector<double>{-60, 60});
  CHECK(tilts.per_tilt_weights);
  CHECK(tilts.ctf.size() == 1);
  CHECK(tilts.doses == std::vector<double>{1, 2});
}

TEST_CASE("damaged records are refused with the field's name") {
  const auto refused = [](const char* name, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(kPytom);
    json[name] = value;
    if (value.is_discarded()) json.erase(name);
    CAPTURE(name);
    CHECK_THROWS_WITH(parse_match_job(json.dump(), "job.json"),
                      DFE_CONTAINS("job record: 'job.json': '" + std::string(name) + "' "));
  };
  const nlohmann::json absent(nlohmann::json::value_t::discarded);
  refused("tomogram", absent);
  refused("tomogram", 3);
  refused("tomo_shape", {24, 22});
  refused("tomo_shape", {24, 22, 0});
  refused("tomo_shape", {24, 22, 1.5});
  refused("search_x", {0, 25});
  refused("search_x", {5, 5});
  refused("voxel_size", 0);
  refused("voxel_size", "10");
  refused("n_rotations", 0);
  refused("rotation_file", nullptr);
  refused("rotation_file", -7);
  refused("mask_is_spherical", 1);
  refused("job_stats", {1});
  refused("ts_metadata", 3);
  for (const char* text : {"", "[1]", "{\"tomogram\":", "1e999"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(parse_match_job(text, "job.json"), DFE_CONTAINS("expected the _job.json"));
  }
  auto json = nlohmann::json::parse(kPytom);
  json["ts_metadata"]["dose_accumulation"] = {1, 2};
  CHECK_THROWS_WITH(parse_match_job(json.dump(), "job.json"), DFE_CONTAINS("one value per tilt"));
}

TEST_CASE("numbers that are not finite are never written") {
  MatchJob job = example("/data", "/out");
  job.tilts.doses[1] = -std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(format_match_job(job), DFE_CONTAINS("'dose_accumulation': is not a finite"));
}

}  // namespace
}  // namespace dfe::io
