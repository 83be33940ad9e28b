// SPDX-License-Identifier: Apache-2.0
// What `info` says about particle lists, weights and score maps.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/number_text.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "info_parts.hpp"
#include "io/particle_list.hpp"
#include "io/score_file.hpp"
#include "io/weights_file.hpp"

namespace dfe {

namespace {

const char* source_text(FactSource source) {
  switch (source) {
    case FactSource::List:
      return "from the list";
    case FactSource::Option:
      return "given";
    case FactSource::Tomogram:
      return "from the tomogram";
    case FactSource::Columns:
      return "from its columns in voxels and Å";
    case FactSource::Unknown:
      break;
  }
  return "unknown";
}

Json tomogram_json(const ListTomogram& t, std::size_t particles) {
  const Point3& n = t.size_voxels;
  Json json = {{"name", t.name},
               {"particles", particles},
               {"voxel_size_angstrom", json_voxel_size(t.voxel_size)},
               {"voxel_size_from", source_text(t.voxel_size_from)}};
  json["size_voxels"] = n == Point3{} ? Json() : Json{n.z, n.y, n.x};
  json["binning"] = t.binning > 0 ? Json(t.binning) : Json();
  return json;
}

std::string tomogram_text(const ListTomogram& t, std::size_t particles) {
  const Point3& n = t.size_voxels;
  std::string text = "  " + (t.name.empty() ? std::string("unnamed tomogram") : t.name) + ": " +
                     counted(particles, "particle") + ", voxel size " +
                     voxel_size_text(t.voxel_size);
  if (t.voxel_size.known()) text += std::string(" (") + source_text(t.voxel_size_from) + ")";
  if (n != Point3{}) text += ", " + size_text(n) + " voxels (z, y, x)";
  if (t.binning > 0) text += ", binning " + number_text(t.binning);
  return text + "\n";
}

/// What the list and its frame know of every tomogram with particles.
void describe_tomograms(const ParticleList& list, InfoPart& part) {
  constexpr std::size_t kShown = 20;  // in the text
  std::vector<std::size_t> count(list.tomograms.size() + 1);
  for (const Particle& particle : list.particles)
    ++count[particle.tomogram ? static_cast<std::size_t>(*particle.tomogram)
                              : list.tomograms.size()];
  Json& tomograms = part.json["tomograms"] = Json::array();
  VoxelSize common;
  bool same = true;
  const auto describe = [&](const ListTomogram& t, std::size_t particles) {
    if (!tomograms.empty()) same = same && t.voxel_size == common;
    common = t.voxel_size;
    tomograms.push_back(tomogram_json(t, particles));
    if (tomograms.size() <= kShown) part.text += tomogram_text(t, particles);
  };
  for (std::size_t i = 0; i < list.tomograms.size(); ++i) describe(list.tomograms[i], count[i]);
  if (count.back() > 0 || list.tomograms.empty()) describe(list.unnamed, count.back());
  if (tomograms.size() > kShown)
    part.text += "  and " + std::to_string(tomograms.size() - kShown) + " more tomograms\n";
  part.json["voxel_size_angstrom"] = json_voxel_size(same ? common : VoxelSize{});
}

/// Why positions are not known in voxels, and which options tell what is missing.
std::string why_unknown(const std::string& path, const io::ListOptions& frame) {
  try {
    io::read_list(path, frame);
  } catch (const Error& error) {
    const std::string text = error.what(), before = "'" + path + "': ";
    const auto place = text.find(before);
    return place == std::string::npos ? text : text.substr(place + before.size());
  }
  return "";  // another program has mended the list by now
}

/// The box of the positions, and how many are unknown.
void describe_positions(const ParticleList& list, const std::string& path,
                        const io::ListOptions& frame, InfoPart& part) {
  Point3 low, high;
  std::size_t known = 0;
  for (const Particle& particle : list.particles) {
    const Point3& p = particle.position_voxels;
    if (std::isnan(p.z) || std::isnan(p.y) || std::isnan(p.x)) continue;
    const bool first = known++ == 0;
    low = first ? p : Point3{std::min(low.z, p.z), std::min(low.y, p.y), std::min(low.x, p.x)};
    high = first ? p : Point3{std::max(high.z, p.z), std::max(high.y, p.y), std::max(high.x, p.x)};
  }
  if (known > 0) {
    part.json["position_min"] = {low.z, low.y, low.x};
    part.json["position_max"] = {high.z, high.y, high.x};
    part.text += "  positions   " + number_text(low.z) + ", " + number_text(low.y) + ", " +
                 number_text(low.x) + " to " + number_text(high.z) + ", " + number_text(high.y) +
                 ", " + number_text(high.x) + " voxels (z, y, x)\n";
  }
  const std::size_t unknown = list.particles.size() - known;
  part.json["positions_unknown"] = unknown;
  if (unknown > 0)
    part.text += "  positions   of " + counted(unknown, "particle") +
                 " unknown in voxels: " + why_unknown(path, frame) + "\n";
}

}  // namespace

InfoPart info_list(const std::string& path, const io::ListOptions& frame) {
  io::ListOptions lenient = frame;
  lenient.need_positions = false;
  const ParticleList list = io::read_list(path, lenient);

  std::map<int, std::int64_t> count;
  bool scores = false, orientations = false;
  for (const Particle& particle : list.particles) {
    ++count[particle.class_label];
    scores = scores || particle.score.has_value();
    orientations = orientations || particle.orientation.has_value();
  }

  InfoPart part;
  part.json = {{"kind", "list"}, {"path", path}, {"particles", list.particles.size()}};
  part.text =
      path + ": particle list\n  particles   " + std::to_string(list.particles.size()) + "\n";
  Json& classes = part.json["classes"] = Json::object();
  for (const auto& [label, particles] : count) {
    classes[class_name(list.class_names, label)] = particles;
    part.text +=
        "  class " + class_name(list.class_names, label) + ": " + std::to_string(particles) + "\n";
  }
  describe_tomograms(list, part);
  describe_positions(list, path, frame, part);
  part.json["scores"] = scores;
  part.json["orientations"] = orientations;
  Json& columns = part.json["extra_columns"] = Json::array();
  for (const ExtraColumn& column : list.extra_columns) columns.push_back(column.name);
  part.json["warnings"] = list.warnings;
  for (const std::string& warning : list.warnings) part.text += "  warning: " + warning + "\n";
  return part;
}

InfoPart info_weights(const std::string& path) {
  const Weights weights = io::read_weights(path);
  std::int64_t parameters = 0;
  for (const LayerWeights& layer : weights.layers)
    parameters += static_cast<std::int64_t>(layer.kernel.size() + layer.bias.size());
  const std::string normalization = normalization_name(weights.normalization);
  const VoxelSize voxel = VoxelSize::cubic(weights.voxel_size_angstrom);
  InfoPart part;
  part.json = {{"kind", "weights"},
               {"path", path},
               {"layout", weights.layout},
               {"classes", weights.classes}};
  part.json["class_names"] = weights.class_names;
  part.json["widths"] = weights.widths;
  part.json["parameters"] = parameters;
  part.json["voxel_size_angstrom"] = json_voxel_size(voxel);
  part.json["normalization"] = normalization;
  Json& provenance = part.json["provenance"] = Json::object();
  for (const auto& [key, value] : weights.provenance) provenance[key] = value;

  part.text = path + ": weights (" + weights.layout + ")\n  classes     " +
              std::to_string(weights.classes) + ", background included\n";
  if (!weights.class_names.empty()) {
    part.text += "  names      ";
    for (const std::string& name : weights.class_names) part.text += " " + name;
    part.text += "\n";
  }
  part.text += "  widths      " + std::to_string(weights.widths[0]) + ", " +
               std::to_string(weights.widths[1]) + ", " + std::to_string(weights.widths[2]) + "; " +
               std::to_string(parameters) + " parameters\n  voxel size  " + voxel_size_text(voxel) +
               "\n  normalize   " + normalization + "\n";
  for (const auto& [key, value] : weights.provenance)
    part.text.append("  ").append(key).append(": ").append(value).append("\n");
  return part;
}

InfoPart info_scores(const std::string& path) {
  const io::ScoreReader reader(path);
  InfoPart part;
  part.json = {{"kind", "scores"},
               {"path", path},
               {"classes", reader.classes()},
               {"class_names", reader.class_names()},
               {"extent", json_extent(reader.extent())}};
  part.text = path + ": score maps of " + std::to_string(reader.classes()) + " classes, " +
              reader.extent().to_string() + " voxels (z, y, x)\n";
  if (!reader.class_names().empty())
    part.text += "  names       " + join(reader.class_names()) + "\n";
  return part;
}

}  // namespace dfe
