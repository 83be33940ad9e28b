// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "core/unnamed_classes.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "dfengine/error.hpp"

namespace dfe {

namespace {

std::vector<int> unnamed_labels(const FileClasses& file) {
  std::vector<int> labels;
  for (const int label : file.labels)
    if (!is_named(file.names, label)) labels.push_back(label);
  return labels;
}

std::optional<int> shared_label(const FileClasses& file, const FileClasses& other) {
  const std::vector<int> others = unnamed_labels(other);
  for (const int label : unnamed_labels(file))
    if (std::find(others.begin(), others.end(), label) != others.end()) return label;
  return std::nullopt;
}

/// A class that both files name, under two labels: the first file's.
std::optional<std::size_t> moved_class(const FileClasses& file, const FileClasses& other) {
  for (std::size_t label = 1; label < file.names.size(); ++label) {
    if (file.names[label].empty() || other.names.empty()) continue;
    const auto found = std::find(other.names.begin() + 1, other.names.end(), file.names[label]);
    if (found != other.names.end() && found - other.names.begin() != static_cast<long>(label))
      return label;
  }
  return std::nullopt;
}

}  // namespace

FileClasses list_classes(const std::string& file, const ParticleList& list) {
  FileClasses classes{file, {}, {}};
  if (list.labels_from_names) return classes;
  std::set<int> labels;
  for (const Particle& particle : list.particles)
    if (particle.class_label > 0) labels.insert(particle.class_label);
  classes.names = list.class_names;
  classes.labels.assign(labels.begin(), labels.end());
  return classes;
}

void check_unnamed_classes(const std::vector<FileClasses>& files, std::string_view area) {
  for (auto file = files.begin(); file != files.end(); ++file)
    for (auto other = files.begin(); other != file; ++other) {
      const auto moved = moved_class(*file, *other);
      const auto shared = moved ? shared_label(*file, *other) : std::nullopt;
      if (shared)
        throw Error(ErrorKind::Usage, area, file->file,
                    "class " + std::to_string(*shared) + " has no name here and in '" +
                        other->file + "', and may be another one: '" + file->names[*moved] +
                        "' has different labels in the two",
                    "name class " + std::to_string(*shared) + " in both lists");
    }
}

}  // namespace dfe
