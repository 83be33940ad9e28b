// SPDX-License-Identifier: Apache-2.0
// EMAN2's info files, see the header.
#include "io/lists/eman2.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "core/particle_lists.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/json_list.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

const std::string kArea = "eman2";
constexpr std::string_view kByHand = "manual";       // a box without a score
constexpr std::string_view kUnnamed = "particles_";  // EMAN2's names of classes without one
constexpr int kBoxSize = 32;                         // lists have no sizes of boxes

/// NAME of info/NAME_info.json.
std::string tomogram_of_path(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  constexpr std::string_view kEnding = "_info.json";
  return name.size() > kEnding.size() && name.ends_with(kEnding)
             ? name.substr(0, name.size() - kEnding.size())
             : std::string();
}

/// EMAN2's class as a label.
int label_of(double number, const JsonPlace& place) {
  if (number < 0 || number >= kMaxClassLabel || number != std::floor(number))
    place.fail(fmt::format("class {}", number),
               fmt::format("expected a whole number from 0 to {}", kMaxClassLabel - 1));
  return static_cast<int>(number) + 1;
}

Particle particle_of(const Json& box, const JsonPlace& place) {
  constexpr std::size_t kPositions = 3, kMethod = 3, kScore = 4, kClass = 5;
  if (!box.is_array() || box.size() < kPositions)
    place.fail("is no box", "expected [x, y, z, method, score, class]");
  Particle particle;
  particle.position_voxels = {place.number(box[2], "z"), place.number(box[1], "y"),
                              place.number(box[0], "x")};
  particle.class_label =
      box.size() > kClass ? label_of(place.number(box[kClass], "class"), place) : 1;
  const bool by_hand = box.size() > kMethod && box[kMethod] == kByHand;
  if (!by_hand && box.size() > kScore && !box[kScore].is_null())
    particle.score = place.number(box[kScore], "score");
  return particle;
}

void take_names(ParticleList& list, const Json& json, JsonPlace place) {
  const auto found = json.find("class_list");
  if (found == json.end() || !found->is_object()) return;
  for (const auto& [key, value] : found->items()) {
    place.what = "class_list";
    const auto number = parse_number(key);
    if (!number) place.fail("has the key " + shown(key), "expected whole numbers");
    const auto label = static_cast<std::size_t>(label_of(*number, place));
    const std::string name = value.is_object() ? json_text_of(value, "name") : std::string();
    if (name.empty() || name.starts_with(kUnnamed)) continue;
    if (list.class_names.size() <= label) list.class_names.resize(label + 1);
    list.class_names[0] = "background";
    list.class_names[label] = name;
  }
}

/// Å of an unbinned pixel; 0 where the file is of the older kind.
double unbinned_pixel(const Json& json, const JsonPlace& place) {
  const auto found = json.find("apix_unbin");
  if (found == json.end() || found->is_null()) return 0;
  const auto text = found->is_string() ? parse_number(found->get<std::string>()) : std::nullopt;
  const double pixel = text ? *text : place.number(*found, "apix_unbin");
  if (pixel <= 0 || pixel > 1e6) place.fail(fmt::format("apix_unbin is {}", pixel), "expected Å");
  return pixel;
}

}  // namespace

ParticleList parse_eman2(std::string_view text, const std::string& name,
                         const ListOptions& options) {
  const Json json = parse_json_object(text, kArea, name);
  JsonPlace place{kArea, name, ""};
  const auto boxes = json.find("boxes_3d");
  if (boxes == json.end() || !boxes->is_array())
    place.fail("has no particles (boxes_3d)", "pick particles in EMAN2 first");
  ParticleList list;
  const double pixel = unbinned_pixel(json, place);
  const double scale = pixel > 0 ? pixel : 1;
  for (const Json& box : *boxes) {
    place.what = fmt::format("box {}", list.particles.size() + 1);
    Particle& p = list.particles.emplace_back(particle_of(box, place));
    Point3& at = p.position_voxels;
    at = {at.z * scale, at.y * scale, at.x * scale};
  }
  take_names(list, json, place);
  ListTomogram* tomogram = &list.unnamed;
  if (const std::string called = tomogram_of_path(name); !called.empty()) {
    tomogram = &list.tomograms.emplace_back();
    tomogram->name = called;
    for (Particle& particle : list.particles) particle.tomogram = 0;
  }
  if (pixel > 0) tomogram->voxel_size = VoxelSize::cubic(pixel);
  return lists::place(std::move(list),
                      pixel > 0 ? PositionUnit::MiddleAngstrom : PositionUnit::Voxels, name,
                      options);
}

std::string format_eman2(const ParticleList& list, const std::string& name,
                         const ListOptions& options) {
  Json boxes = Json::array(), classes = Json::object();
  const ListTomogram& t = !list.particles.empty()   ? list.tomogram_of(list.particles[0])
                          : !list.tomograms.empty() ? list.tomograms[0]
                                                    : list.unnamed;
  const double b = options.binning.value_or(t.binning > 0 ? t.binning : 1);
  std::map<int, std::string> names;
  const Point3& n = t.size_voxels;
  if (n == Point3{} && !list.particles.empty())
    throw Error(ErrorKind::Usage, kArea, name,
                "EMAN2's positions count from the tomogram's centre, but its size is unknown",
                "give " + options.settings.tomograms);
  refuse_uneven_voxels(t.voxel_size, "EMAN2", kArea, name);
  const double pixel = t.voxel_size.mean_angstrom() / b;
  for (const Particle& p : list.particles) {
    const Point3 a = corner_angstrom(list, p, name, options.settings, "EMAN2's positions");
    const VoxelSize& v = t.voxel_size;
    names[p.class_label - 1] = p.class_label < static_cast<int>(list.class_names.size())
                                   ? list.class_names[static_cast<std::size_t>(p.class_label)]
                                   : std::string();
    boxes.push_back({(a.x - std::floor(n.x / 2) * v.x_angstrom) / pixel,
                     (a.y - std::floor(n.y / 2) * v.y_angstrom) / pixel,
                     (a.z - std::floor(n.z / 2) * v.z_angstrom) / pixel,
                     p.score ? std::string("dfengine") : std::string(kByHand), p.score.value_or(0),
                     p.class_label - 1});
  }
  for (const auto& [number, called] : names)
    classes[std::to_string(number)] = {
        {"boxsize", kBoxSize},
        {"name", called.empty() ? fmt::format("{}{:02}", kUnnamed, number) : called}};
  Json json = {{"boxes_3d", boxes}, {"class_list", classes}};
  if (pixel > 0) json["apix_unbin"] = pixel;
  return json_file(json) + "\n";
}

}  // namespace dfe::io::lists
