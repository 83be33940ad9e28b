// SPDX-License-Identifier: Apache-2.0
// Labels from other volumes.
#include <algorithm>

#include "commands/target/shape_files.hpp"
#include "core/class_names.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"

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
    if (const std::optional<int> label = parse_as<int>(last)) {
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

MergedClasses::MergedClasses(const ParticleList& list, bool complete)
    : complete_(complete), named_(has_class_names(list)), names_(list.class_names) {
  for (const Particle& particle : list.particles) used_.insert(particle.class_label);
}

std::vector<std::string> MergedClasses::match(LabelMap& volume, const Merge& merge) {
  if (merge.label) {
    used_.insert(*merge.label);
    return {};
  }
  const FileClasses classes = map_classes(merge.file, volume);
  for (const int label : classes.labels) {
    if (complete_ || !is_named(classes.names, label)) continue;
    const std::string& name = classes.names[static_cast<std::size_t>(label)];
    const bool known = std::find(names_.begin(), names_.end(), name) != names_.end();
    const bool free = !is_named(names_, label) && !(named_ && used_.count(label) > 0);
    if (!known && free) add_class(names_, label, name);
  }
  const LabelMatch match = match_labels(
      classes,
      {names_, complete_ ? "--classes" : "the target",
       complete_
           ? "add it to --classes, or say with FILE:LABEL what its voxels become"
           : "name all classes with --classes, or say with FILE:LABEL what its voxels become"},
      "target");
  relabel(volume.labels.span(), match);
  for (const int label : classes.labels) used_.insert(match.label[static_cast<std::size_t>(label)]);
  return match.warnings;
}

std::vector<std::string> MergedClasses::target_names() const {
  return named_ ? names_ : std::vector<std::string>();
}

std::int64_t merge_labels(const LabelMap& volume, const Merge& merge,
                          VolumeView<std::uint8_t> labels) {
  const auto from = volume.labels.span();
  const auto to = labels.span();
  std::int64_t voxels = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] == 0) continue;
    to[i] = static_cast<std::uint8_t>(merge.label.value_or(from[i]));
    ++voxels;
  }
  return voxels;
}

}  // namespace dfe::targets
