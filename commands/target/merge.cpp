// SPDX-License-Identifier: Apache-2.0
// Labels from other volumes, and the particles of one tomogram.
#include <algorithm>
#include <cmath>
#include <set>

#include "commands/target/shape_files.hpp"
#include "target/words.hpp"

namespace dfe::targets {

Merge parse_merge(std::string_view text) {
  Merge merge;
  const auto cut = [&](std::string_view& last) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    last = text.substr(colon + 1);
    return true;
  };
  std::string_view last;
  if (cut(last) && (last == "over" || last == "under")) {
    merge.over = last == "over";
    text.remove_suffix(last.size() + 1);
  }
  if (cut(last)) {
    if (const std::optional<int> label = whole_number(last)) {
      if (*label < 1 || *label > 255)
        throw Error(ErrorKind::Usage, "target", "--merge", "label " + std::to_string(*label),
                    "labels are 1 to 255");
      merge.label = label;
      text.remove_suffix(last.size() + 1);
    }
  }
  merge.file = text;
  return merge;
}

std::int64_t merge_labels(const VolumeSource& volume, const Merge& merge,
                          VolumeView<std::uint8_t> labels) {
  const Extent3 n = labels.extent;
  if (volume.extent() != n)
    throw Error("target", merge.file,
                "has " + volume.extent().to_string() + " voxels, the tomogram " + n.to_string() +
                    " (z, y, x)",
                "merge labels that lie on the tomogram's grid");
  std::vector<float> plane(static_cast<std::size_t>(n.y * n.x));
  std::int64_t voxels = 0;
  for (std::int64_t z = 0; z < n.z; ++z) {
    volume.read_box({{z, 0, 0}, {1, n.y, n.x}}, plane.data());
    std::uint8_t* const out = labels.plane(z);
    for (std::size_t i = 0; i < plane.size(); ++i) {
      const float value = plane[i];
      if (value == 0) continue;
      if (!(value > 0) || value > 255 || value != std::floor(value))
        throw Error("target", merge.file, "has a voxel of " + std::to_string(value),
                    "labels are whole numbers from 0 to 255");
      out[i] = static_cast<std::uint8_t>(merge.label.value_or(static_cast<int>(value)));
      ++voxels;
    }
  }
  return voxels;
}

namespace {

std::string name_of(const ParticleList& list, int tomogram) {
  const auto index = static_cast<std::size_t>(tomogram);
  return index < list.tomograms.size() ? list.tomograms[index] : std::to_string(tomogram);
}

/// "tomo0, tomo1, tomo2 and 6 more"
std::string names_of(const ParticleList& list, const std::set<int>& tomograms) {
  constexpr std::size_t kShown = 8;
  std::string text;
  std::size_t shown = 0;
  for (const int tomogram : tomograms) {
    if (shown++ == kShown)
      return text + " and " + std::to_string(tomograms.size() - kShown) + " more";
    text += (text.empty() ? "" : ", ") + name_of(list, tomogram);
  }
  return text;
}

}  // namespace

ParticleList particles_of(const ParticleList& list, const std::string& wanted,
                          const std::string& name) {
  std::set<int> present;
  for (const Particle& particle : list.particles)
    if (particle.tomogram) present.insert(*particle.tomogram);
  const auto named = [&](const std::string& text) {
    return std::find_if(present.begin(), present.end(),
                        [&](int tomogram) { return name_of(list, tomogram) == text; });
  };
  auto chosen = named(wanted.empty() ? name : wanted);
  if (!wanted.empty() && chosen == present.end()) {
    if (const std::optional<int> index = whole_number(wanted)) chosen = present.find(*index);
    if (chosen == present.end())
      throw Error(ErrorKind::Usage, "target", "--tomogram",
                  "the list has no particles of '" + wanted + "'",
                  present.empty() ? "it names no tomograms" : "it has " + names_of(list, present));
  }
  if (wanted.empty() && chosen == present.end() && present.size() > 1)
    throw Error(ErrorKind::Usage, "target", "--tomogram",
                "is missing: the list has particles of " + std::to_string(present.size()) +
                    " tomograms, none called '" + name + "'",
                "choose one of " + names_of(list, present));
  ParticleList part;
  part.tomograms = list.tomograms;
  part.class_names = list.class_names;
  part.voxel_size = list.voxel_size;
  part.tomogram_extent = list.tomogram_extent;
  for (const Particle& particle : list.particles)
    if (present.size() <= 1 && wanted.empty() ? true : particle.tomogram == *chosen)
      part.particles.push_back(particle);
  return part;
}

}  // namespace dfe::targets
