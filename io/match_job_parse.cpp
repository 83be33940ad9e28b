// SPDX-License-Identifier: Apache-2.0
// Reading job records of dfengine and of pytom-match-pick.
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "dfengine/error.hpp"
#include "io/match_job.hpp"

namespace dfe::io {

namespace {

using Json = nlohmann::ordered_json;

/// The members of an object, with errors that name them.
class Fields {
 public:
  Fields(const Json& object, const std::string& file) : object_(object), file_(file) {}

  /// Null where the member is absent or null.
  const Json* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json& at(const char* name) const {
    const Json* found = find(name);
    if (found == nullptr) fail(name, "is missing", "expected the _job.json of a match");
    return *found;
  }
  [[noreturn]] void fail(const char* name, const std::string& fact,
                         const std::string& remedy) const {
    throw Error("job record", file_, "'" + std::string(name) + "' " + fact, remedy);
  }

  double number(const char* name, const Json& value) const {
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      fail(name, "is not a finite number", "the record is damaged");
    return value.get<double>();
  }
  double number(const char* name) const { return number(name, at(name)); }
  double number_or(const char* name, double otherwise) const {
    const Json* found = find(name);
    return found != nullptr ? number(name, *found) : otherwise;
  }
  std::int64_t whole(const char* name, const Json& value, std::int64_t least,
                     std::int64_t most) const {
    const double number_ = number(name, value);
    if (number_ != std::floor(number_) || number_ < static_cast<double>(least) ||
        number_ > static_cast<double>(most))
      fail(name,
           "is not a whole number from " + std::to_string(least) + " to " + std::to_string(most),
           "the record is damaged");
    return static_cast<std::int64_t>(number_);
  }
  bool flag_or(const char* name, bool otherwise) const {
    const Json* found = find(name);
    if (found != nullptr && !found->is_boolean())
      fail(name, "is neither true nor false", "the record is damaged");
    return found != nullptr ? found->get<bool>() : otherwise;
  }
  std::string text_or(const char* name, const std::string& otherwise) const {
    const Json* found = find(name);
    if (found != nullptr && !found->is_string()) fail(name, "is not text", "the record is damaged");
    return found != nullptr ? found->get<std::string>() : otherwise;
  }
  std::string text(const char* name) const {
    at(name);
    return text_or(name, "");
  }
  const Json& list(const char* name, std::size_t size) const {
    const Json& value = at(name);
    if (!value.is_array() || value.size() != size)
      fail(name, "is not a list of " + std::to_string(size), "the record is damaged");
    return value;
  }
  std::vector<double> numbers(const char* name) const {
    const Json* found = find(name);
    std::vector<double> result;
    if (found == nullptr) return result;
    if (!found->is_array()) fail(name, "is not a list", "the record is damaged");
    for (const Json& value : *found) result.push_back(number(name, value));
    return result;
  }
  /// An object's members; empty ones where it is absent.
  Fields object(const char* name) const {
    static const Json none = Json::object();
    const Json* found = find(name);
    if (found != nullptr && !found->is_object())
      fail(name, "is not an object", "the record is damaged");
    return {found != nullptr ? *found : none, file_};
  }

 private:
  const Json& object_;
  const std::string& file_;
};

constexpr std::int64_t kMostVoxels = 1 << 20;  // along an axis

Extent3 extent(const Fields& fields, const char* name) {
  const Json& xyz = fields.list(name, 3);
  const auto at = [&](std::size_t i) { return fields.whole(name, xyz[i], 1, kMostVoxels); };
  return {at(2), at(1), at(0)};
}

/// Begin and size of a range.
std::pair<std::int64_t, std::int64_t> range(const Fields& fields, const char* name,
                                            std::int64_t size) {
  const Json& ends = fields.list(name, 2);
  const std::int64_t begin = fields.whole(name, ends[0], 0, size - 1),
                     end = fields.whole(name, ends[1], begin + 1, size);
  return {begin, end - begin};
}

Box3 searched(const Fields& fields, const Extent3& tomogram) {
  const auto x = range(fields, "search_x", tomogram.x), y = range(fields, "search_y", tomogram.y),
             z = range(fields, "search_z", tomogram.z);
  return {{z.first, y.first, x.first}, {z.second, y.second, x.second}};
}

MatchCtf ctf(const Fields& fields) {
  MatchCtf c;
  c.defocus_angstrom = fields.number("defocus") * 1e10;
  c.amplitude_contrast = fields.number("amplitude_contrast");
  c.voltage_kv = fields.number("voltage") / 1e3;
  c.spherical_aberration_mm = fields.number("spherical_aberration") * 1e3;
  c.phase_shift_deg = fields.number_or("phase_shift_deg", 0);
  c.phase_flipped = fields.flag_or("flip_phase", false);
  return c;
}

/// Before version 0.11 these were members of the job itself.
MatchTilts tilt_series(const Fields& job, const std::string& file) {
  const bool own = job.find("ts_metadata") != nullptr;
  const Fields fields = own ? job.object("ts_metadata") : job;
  MatchTilts tilts;
  tilts.angles_deg = fields.numbers("tilt_angles");
  if (!fields.flag_or("angles_in_degrees", true))
    for (double& angle : tilts.angles_deg) angle *= 180 / std::numbers::pi;
  tilts.doses = fields.numbers("dose_accumulation");
  if (const Json* list = fields.find("ctf_data")) {
    if (!list->is_array()) fields.fail("ctf_data", "is not a list", "the record is damaged");
    for (const Json& one : *list) {
      if (!one.is_object())
        fields.fail("ctf_data", "is not a list of objects", "the record is damaged");
      tilts.ctf.push_back(ctf({one, file}));
    }
  }
  const std::size_t count = tilts.angles_deg.size();
  if (!tilts.doses.empty() && tilts.doses.size() != count)
    fields.fail("dose_accumulation", "has not one value per tilt", "the record is damaged");
  if (tilts.ctf.size() > 1 && tilts.ctf.size() != count)
    fields.fail("ctf_data", "has not one entry per tilt", "the record is damaged");
  if (const Json* hand = fields.find("defocus_handedness"))
    tilts.defocus_hand = static_cast<int>(fields.whole("defocus_handedness", *hand, -1, 1));
  tilts.per_tilt_weights = fields.flag_or(own ? "per_tilt_weighting" : "tilt_weighting", false);
  return tilts;
}

void read_orientations(const Fields& fields, MatchJob& job) {
  const char* name =
      fields.find("angle_increment") != nullptr ? "angle_increment" : "rotation_file";
  const Json& list = fields.at(name);
  if (list.is_string())
    job.angle_file = list.get<std::string>();
  else
    job.step_deg = fields.number(name);
  if (job.angle_file.empty() && !(job.step_deg > 0))
    fields.fail(name, "is neither a step above 0 nor a file", "the record is damaged");
  job.orientations =
      fields.whole("n_rotations", fields.at("n_rotations"), 1, std::int64_t{1} << 31);
}

/// Where pytom-match-pick keeps its volumes, or what our part of the record says.
void read_results(const Fields& fields, MatchJob& job) {
  const Fields ours = fields.object("dfengine");
  const std::filesystem::path folder = fields.text("output_dir");
  const std::string stem = fields.text_or("tomo_id", job.tomogram.stem().string());
  job.scores = ours.text_or("scores", (folder / (stem + "_scores.mrc")).string());
  job.angles = ours.text_or("angles", (folder / (stem + "_angles.mrc")).string());
  const Json* order = fields.find("rotational_symmetry");
  const std::string cyclic =
      "C" + std::to_string(order != nullptr ? fields.whole("rotational_symmetry", *order, 1, 999)
                                            : std::int64_t{1});
  job.point_group = ours.text_or("point_group", cyclic);
  job.class_name = ours.text_or("class_name", "");
  job.decoy = ours.text_or("decoy", "");
  job.written_by = ours.find("version") != nullptr
                       ? "dfengine " + ours.text("version")
                       : "pytom-match-pick " + fields.text_or("pytom_tm_version_number", "0.3.0");
  const Fields stats = fields.object("job_stats");  // null before a job has run
  if (const Json* space = stats.find("search_space"))
    job.search_space = stats.whole("search_space", *space, 0, std::int64_t{1} << 53);
  job.variance = stats.number_or("variance", 0);
  if (job.variance < 0) fields.fail("variance", "is below 0", "the record is damaged");
}

MatchJob job_of(const Json& json, const std::string& file) {
  const Fields fields(json, file);
  MatchJob job;
  job.tomogram = fields.text("tomogram");
  job.template_file = fields.text("template");
  job.mask = fields.text("mask");
  job.search_mask = fields.text_or("tomogram_mask", "");
  job.spherical_mask = fields.flag_or("mask_is_spherical", true);
  job.tomogram_extent = extent(fields, "tomo_shape");
  job.template_extent = extent(fields, "template_shape");
  job.searched = searched(fields, job.tomogram_extent);
  job.voxel_size_angstrom = fields.number_or("voxel_size", 0);
  if (fields.find("voxel_size") != nullptr && !(job.voxel_size_angstrom > 0))
    fields.fail("voxel_size", "is not above 0", "the record is damaged");
  job.particle_diameter_angstrom = fields.number_or("particle_diameter", 0);
  job.low_pass_angstrom = fields.number_or("low_pass", 0);
  job.high_pass_angstrom = fields.number_or("high_pass", 0);
  job.whitened = fields.flag_or("whiten_spectrum", false);
  job.random_phase_correction = fields.flag_or("random_phase_correction", false);
  if (const Json* seed = fields.find("rng_seed"))
    job.seed = fields.whole("rng_seed", *seed, 0, std::int64_t{1} << 53);
  job.tilts = tilt_series(fields, file);
  read_orientations(fields, job);
  read_results(fields, job);
  return job;
}

}  // namespace

MatchJob parse_match_job(std::string_view text, const std::string& file) {
  try {
    const Json json = Json::parse(text);
    if (!json.is_object())
      throw Error("job record", file, "is JSON, but no object",
                  "expected the _job.json of a match");
    return job_of(json, file);
  } catch (const Json::exception&) {
    throw Error("job record", file, "is not JSON", "expected the _job.json of a match");
  }
}

}  // namespace dfe::io
