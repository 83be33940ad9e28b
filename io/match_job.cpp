// SPDX-License-Identifier: Apache-2.0
// Writing job records, and their paths; io/match_job_parse.cpp reads the text. Field names are
// those of pytom-match-pick 0.14. What it does not have is in the object "dfengine", which it
// skips.
#include "io/match_job.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/input_file.hpp"
#include "io/random_file.hpp"

namespace dfe::io {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kLayout = "0.14.0";  // whose fields these are; its lists are sorted

Json x_first(const Extent3& n) { return {n.x, n.y, n.z}; }

Json or_null(double value) { return value > 0 ? Json(value) : Json(nullptr); }

Json or_null(const fs::path& path) { return path.empty() ? Json(nullptr) : Json(path.string()); }

Json range(std::int64_t begin, std::int64_t size) { return {begin, begin + size}; }

/// "C7" -> 7; 1 for groups that pytom-match-pick does not have.
int cyclic_order(const std::string& group) {
  if (group.size() < 2 || group.size() > 4 || (group[0] != 'C' && group[0] != 'c')) return 1;
  int order = 0;
  for (const char c : group.substr(1)) {
    if (c < '0' || c > '9') return 1;
    order = 10 * order + (c - '0');
  }
  return std::max(1, order);
}

Json ctf_list(const std::vector<MatchCtf>& ctf, bool marked) {
  if (ctf.empty()) return nullptr;
  Json list = Json::array();
  for (const MatchCtf& c : ctf) {
    Json one{{"defocus", c.defocus_angstrom * 1e-10},
             {"amplitude_contrast", c.amplitude_contrast},
             {"voltage", c.voltage_kv * 1e3},
             {"spherical_aberration", c.spherical_aberration_mm * 1e-3},
             {"phase_shift_deg", c.phase_shift_deg},
             {"flip_phase", c.phase_flipped}};
    if (marked) one["__class__"] = "CtfData";
    list.push_back(std::move(one));
  }
  return list;
}

Json tilt_series(const MatchTilts& tilts) {
  return {{"tilt_angles", tilts.angles_deg},
          {"ctf_data", ctf_list(tilts.ctf, true)},
          {"dose_accumulation", tilts.doses.empty() ? Json(nullptr) : Json(tilts.doses)},
          {"defocus_handedness", tilts.defocus_hand},
          {"per_tilt_weighting", tilts.per_tilt_weights},
          {"__class__", "TiltSeriesMetaData"}};
}

/// What pytom-match-pick splits jobs by: here a job is always whole.
void add_undivided(Json& json, const MatchJob& job) {
  json["whole_start"] = nullptr;
  json["sub_start"] = {0, 0, 0};
  json["sub_step"] = x_first(job.searched.extent);
  json["start_slice"] = 0;
  json["steps_slice"] = 1;
  json["job_key"] = "0";
  json["leader"] = nullptr;
  json["log_level"] = 20;
}

/// JSON has no numbers that are not finite: they would become null without a word.
void check_finite(const Json& json, const std::string& name) {
  if (json.is_number_float() && !std::isfinite(json.get<double>()))
    throw Error("job record", name, "is not a finite number");
  if (!json.is_structured()) return;
  for (const auto& [key, value] : json.items()) check_finite(value, json.is_object() ? key : name);
}

/// A path as seen from a folder. The file's own name stays, link or not: the names of results come
/// from it. Folders are followed, or ".." would lead elsewhere.
fs::path relative_to(const fs::path& folder, const fs::path& path) {
  if (path.empty()) return path;
  const fs::path whole = fs::absolute(path);
  return (fs::weakly_canonical(whole.parent_path()) / whole.filename()).lexically_relative(folder);
}

template <class Change>
void change_paths(MatchJob& job, Change&& change) {
  for (fs::path* path : {&job.tomogram, &job.template_file, &job.mask, &job.search_mask,
                         &job.scores, &job.angles, &job.angle_file})
    if (!path->empty()) *path = change(*path);
}

}  // namespace

std::string format_match_job(const MatchJob& job) {
  Json json;
  json["tomogram"] = job.tomogram.string();
  json["template"] = job.template_file.string();
  json["mask"] = job.mask.string();
  json["tomogram_mask"] = or_null(job.search_mask);
  json["mask_is_spherical"] = job.spherical_mask;
  json["output_dir"] = job.scores.has_parent_path() ? job.scores.parent_path().string() : ".";
  json["tomo_id"] = job.tomogram.stem().string();
  json["tomo_shape"] = x_first(job.tomogram_extent);
  json["template_shape"] = x_first(job.template_extent);
  json["mask_shape"] = x_first(job.template_extent);
  json["voxel_size"] = or_null(job.voxel_size_angstrom);
  json["search_x"] = range(job.searched.begin.x, job.searched.extent.x);
  json["search_y"] = range(job.searched.begin.y, job.searched.extent.y);
  json["search_z"] = range(job.searched.begin.z, job.searched.extent.z);
  json["rotation_file"] = job.step_deg > 0 ? Json(job.step_deg) : Json(job.angle_file.string());
  json["n_rotations"] = job.orientations;
  json["rotational_symmetry"] = cyclic_order(job.point_group);
  json["particle_diameter"] = or_null(job.particle_diameter_angstrom);
  json["low_pass"] = or_null(job.low_pass_angstrom);
  json["high_pass"] = or_null(job.high_pass_angstrom);
  json["whiten_spectrum"] = job.whitened;
  json["random_phase_correction"] = job.random_phase_correction;
  json["rng_seed"] = job.seed;
  json["output_dtype"] = "float32";
  json["ts_metadata"] = tilt_series(job.tilts);
  add_undivided(json, job);
  json["job_stats"] = {{"search_space", job.search_space},
                       {"variance", job.variance},
                       {"std", std::sqrt(job.variance)}};
  json["pytom_tm_version_number"] = kLayout;
  json["dfengine"] = {{"version", DFENGINE_VERSION},   {"scores", job.scores.string()},
                      {"angles", job.angles.string()}, {"point_group", job.point_group},
                      {"class_name", job.class_name},  {"decoy", job.decoy}};
  check_finite(json, "number");
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

void write_match_job(const fs::path& path, const MatchJob& job) {
  const fs::path folder = fs::weakly_canonical(fs::absolute(path).parent_path());
  MatchJob moved = job;
  change_paths(moved, [&](const fs::path& file) { return relative_to(folder, file); });
  write_text_file(path, format_match_job(moved));
}

MatchJob read_match_job(const fs::path& path) {
  check_input_file("job record", path);
  const RandomFile file(path);
  constexpr std::int64_t kMost = std::int64_t{1} << 26;  // thousands of tilts take a hundredth
  if (file.size() > kMost)
    throw Error("job record", path.string(), "is larger than 64 MiB",
                "expected the _job.json of a match");
  MatchJob job = parse_match_job(file.text(), path.string());
  const fs::path folder = fs::weakly_canonical(fs::absolute(path).parent_path());
  change_paths(job, [&](const fs::path& p) { return (folder / p).lexically_normal(); });
  for (fs::path* volume : {&job.scores, &job.angles})
    if (!fs::exists(*volume)) *volume = folder / volume->filename();
  return job;
}

}  // namespace dfe::io
