// SPDX-License-Identifier: Apache-2.0
// Picks of copick, see the header.
#include "io/lists/copick.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/particle_lists.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/class_labels.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/json_list.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

const std::string kArea = "copick";
constexpr const char *kUser = "dfengine", *kSession = "0";

/// The run that a file in copick's layout belongs to: ExperimentRuns/RUN/Picks/FILE.
std::string run_of_path(const std::filesystem::path& path) {
  const std::filesystem::path picks = path.parent_path();
  return picks.filename() == "Picks" ? picks.parent_path().filename().string() : std::string();
}

constexpr Rotation kIdentity{1, 0, 0, 0, 1, 0, 0, 0, 1};

/// Takes the rotation of a point's 4x4 matrix, and gives its translation.
Point3 take_matrix(const Json& point, const JsonPlace& place, Particle& particle) {
  particle.orientation = kIdentity;
  const auto found = point.find("transformation_");
  if (found == point.end() || found->is_null()) return {};
  const auto whole = [](const Json& rows) {
    return rows.is_array() && rows.size() == 4 &&
           std::all_of(rows.begin(), rows.end(),
                       [](auto& r) { return r.is_array() && r.size() == 4; });
  };
  if (!whole(*found)) place.fail("transformation_ is no 4x4 matrix", "the file is damaged");
  const auto at = [&](std::size_t row, std::size_t column) {
    return place.number((*found)[row][column], "transformation_");
  };
  Rotation r{};
  for (std::size_t i = 0; i < 9; ++i) r[i] = at(i / 3, i % 3);
  if (!is_rotation(r))
    place.fail("transformation_ is no rotation and shift",
               "matrices that scale or mirror are not particles' orientations");
  particle.orientation = r;
  return {at(2, 3), at(1, 3), at(0, 3)};
}

/// A number beyond 2^53 may be another one than was meant.
std::int64_t whole_number(const Json& value, const JsonPlace& place) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const double id = place.number(value, "instance_id");
  const bool exact = std::abs(id) < 0x1p53 || value == kMost || value == -kMost;
  if (!exact || id != std::floor(id))
    place.fail("instance_id is " + json_file(value), "expected a whole number of at most 2^53");
  return static_cast<std::int64_t>(id);
}

Particle particle_of(const Json& point, const JsonPlace& place) {
  if (!point.is_object() || !point.contains("location"))
    place.fail("location is missing", "the file is damaged");
  Particle particle;
  particle.class_label = 1;
  const Point3 shift = take_matrix(point, place, particle);
  const Json& at = point.at("location");
  particle.position_voxels = {place.number_of(at, "z") + shift.z,
                              place.number_of(at, "y") + shift.y,
                              place.number_of(at, "x") + shift.x};
  const auto present = [&](const char* name) {
    return point.contains(name) && !point.at(name).is_null();
  };
  if (present("score")) particle.score = place.number_of(point, "score");
  if (present("instance_id")) particle.object_id = whole_number(point.at("instance_id"), place);
  return particle;
}

/// Whether the file says that its matrices mean nothing.
bool distrusted(const Json& json) {
  const auto trusted = json.find("trust_orientation");
  return trusted != json.end() && trusted->is_boolean() && !trusted->get<bool>();
}

}  // namespace

ParticleList parse_copick(std::string_view text, const std::string& name,
                          const ListOptions& options) {
  const Json json = parse_json_object(text, kArea, name);
  JsonPlace place{kArea, name, ""};
  const auto points = json.find("points");
  if (points == json.end() || !(points->is_array() || points->is_null()))
    place.fail("has no points", "expected picks of copick, or an info file of EMAN2 with boxes_3d");
  const std::string unit = to_lower(json_text_of(json, "unit"));
  if (!unit.empty() && unit != "angstrom")
    place.fail("positions are in " + shown(unit), "only angstrom is read");
  ParticleList list;
  for (const Json& point : *points) {
    place.what = fmt::format("point {}", list.particles.size() + 1);
    list.particles.push_back(particle_of(point, place));
  }
  drop_unit_orientations(list);
  if (distrusted(json))
    for (Particle& particle : list.particles) particle.orientation.reset();
  place.what.clear();
  const std::string object = json_text_of(json, "pickable_object_name");
  list.labels_from_names = !object.empty();
  if (const auto label = label_of_name(object))
    for (Particle& particle : list.particles) particle.class_label = *label;
  else if (!object.empty())
    list.class_names = {"background", object};
  std::string run = json_text_of(json, "run_name");
  if (run.empty()) run = run_of_path(name);
  ListTomogram* tomogram = &list.unnamed;
  if (!run.empty()) {
    tomogram = &list.tomograms.emplace_back();
    tomogram->name = run;
    for (Particle& particle : list.particles) particle.tomogram = 0;
  }
  if (json.contains("voxel_spacing") && !json.at("voxel_spacing").is_null()) {
    const double spacing = place.number_of(json, "voxel_spacing");
    if (spacing > 0) tomogram->voxel_size = VoxelSize::cubic(spacing);
  }
  return lists::place(std::move(list), PositionUnit::Angstrom, name, options);
}

std::string format_copick(const ParticleList& list, const std::string& run, const std::string& name,
                          const ListOptions& options) {
  Json points = Json::array();
  bool oriented = false;
  for (const Particle& p : list.particles) {
    const Point3 at = corner_angstrom(list, p, name, options.settings, "copick's positions");
    const Rotation r = p.orientation.value_or(kIdentity);
    oriented = oriented || p.orientation.has_value();
    Json matrix = Json::array();
    for (std::size_t i = 0; i < 3; ++i)
      matrix.push_back({r[3 * i], r[3 * i + 1], r[3 * i + 2], 0.0});
    matrix.push_back({0.0, 0.0, 0.0, 1.0});
    points.push_back({{"location", {{"x", at.x}, {"y", at.y}, {"z", at.z}}},
                      {"transformation_", matrix},
                      {"instance_id", p.object_id.value_or(0)},
                      {"score", p.score ? Json(*p.score) : Json()}});
  }
  const ListTomogram& tomogram =
      list.particles.empty() ? list.unnamed : list.tomogram_of(list.particles[0]);
  const int label = list.particles.empty() ? 1 : list.particles[0].class_label;
  Json json = {{"pickable_object_name", copick_object(class_name(list.class_names, label))},
               {"user_id", kUser},
               {"session_id", kSession},
               {"run_name", run.empty() ? Json() : Json(run)},
               {"voxel_spacing", nullptr},
               {"unit", "angstrom"},
               {"trust_orientation", oriented},
               {"points", points}};
  refuse_uneven_voxels(tomogram.voxel_size, "copick", kArea, name);
  if (tomogram.voxel_size.known()) json["voxel_spacing"] = tomogram.voxel_size.mean_angstrom();
  return json_file(json) + "\n";
}

bool is_rotation(const Rotation& r) {
  constexpr double kTolerance = 1e-3;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      const double dot =
          r[3 * i] * r[3 * j] + r[3 * i + 1] * r[3 * j + 1] + r[3 * i + 2] * r[3 * j + 2];
      if (std::abs(dot - (i == j ? 1 : 0)) > kTolerance) return false;
    }
  return r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
             r[2] * (r[3] * r[7] - r[4] * r[6]) >
         0;
}

void drop_unit_orientations(ParticleList& list) {
  const bool turned =
      std::any_of(list.particles.begin(), list.particles.end(),
                  [](const Particle& p) { return p.orientation && *p.orientation != kIdentity; });
  if (turned) return;
  for (Particle& particle : list.particles) particle.orientation.reset();
}

std::string copick_object(const std::string& name) {
  std::string object = name;
  std::replace_if(
      object.begin(), object.end(),
      [](unsigned char c) {
        return c <= 32 || c == 127 ||
               std::string_view("<>:\"/\\|?*_").find(static_cast<char>(c)) !=
                   std::string_view::npos;
      },
      '-');
  return object;
}

std::string copick_file_name(const std::string& object) {
  return fmt::format("{}_{}_{}.json", kUser, kSession, copick_object(object));
}

}  // namespace dfe::io::lists
