// SPDX-License-Identifier: Apache-2.0
// Several lists as one, see core/particle_lists.hpp. Names decide, for classes as for tomograms:
// labels and indices mean something within their list only.
#include <algorithm>
#include <map>

#include "core/particle_lists.hpp"
#include "core/voxel_size.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace {

[[noreturn]] void refuse_sizes(const ListTomogram& t, const ListTomogram& more,
                               std::string_view area) {
  const auto in = [](const ListTomogram& told) {
    return told.told_by.empty() ? std::string() : " in '" + told.told_by + "'";
  };
  const bool one_file = !t.told_by.empty() && t.told_by == more.told_by;
  throw Error(ErrorKind::Usage, area, t.name,
              "has voxels of " + voxel_size_text(t.voxel_size) + (one_file ? "" : in(t)) +
                  (one_file ? " and of " : ", but of ") + voxel_size_text(more.voxel_size) +
                  in(more),
              one_file ? "correct the one that is wrong"
                       : "convert each list to the same voxels first, with --input-binning");
}

/// Adds what `more` knows of the same tomogram.
void unite(ListTomogram& t, const ListTomogram& more, std::string_view area) {
  const VoxelSize &own = t.voxel_size, &other = more.voxel_size;
  if (own.known() && other.known() && !same_voxel_size(own, other)) refuse_sizes(t, more, area);
  if (!own.known()) {
    t.voxel_size = more.voxel_size;
    t.voxel_size_from = more.voxel_size_from;
    t.told_by = more.told_by;
  }
  if (t.size_voxels == Point3{}) {
    t.size_voxels = more.size_voxels;
    t.size_from = more.size_from;
  }
  if (t.binning <= 0) {
    t.binning = more.binning;
    t.binning_from = more.binning_from;
  }
}

bool is_star_column(const std::string& name) {
  return name.starts_with('_') || name.find('/') != std::string::npos;
}

/// `rows` particles of `list` come first, then those of `more`.
void append_columns(ParticleList& list, std::vector<ExtraColumn> more, std::size_t rows,
                    std::size_t added) {
  std::vector<ExtraColumn> united;
  const auto take = [&](ExtraColumn& first, ExtraColumn& second) {
    if (first.values.empty()) first.values.resize(rows);
    second.values.resize(added);
    std::move(second.values.begin(), second.values.end(), std::back_inserter(first.values));
    united.push_back(std::move(first));
  };
  const auto drop = [&](const std::string& name) {
    list.warnings.push_back("column " + name +
                            " is not in every list, so it is left out of the joined list");
  };
  for (ExtraColumn& column : list.extra_columns) {
    const auto same = std::find_if(more.begin(), more.end(), [&](const ExtraColumn& other) {
      return other.name == column.name;
    });
    ExtraColumn none;
    if (same != more.end()) {
      take(column, *same);
      more.erase(same);
    } else if (added > 0 && is_star_column(column.name)) {
      drop(column.name);
    } else {
      take(column, none);
    }
  }
  for (ExtraColumn& column : more) {
    ExtraColumn none{column.name, {}};
    if (rows > 0 && is_star_column(column.name))
      drop(column.name);
    else
      take(none, column);
  }
  list.extra_columns = std::move(united);
}

}  // namespace

bool has_class_names(const ParticleList& list) {
  const std::vector<std::string>& names = list.class_names;
  return names.size() > 1 && std::any_of(names.begin() + 1, names.end(),
                                         [](const std::string& name) { return !name.empty(); });
}

void renumber_classes(ParticleList& list, std::vector<std::string>& names) {
  std::map<int, int> label_of;
  for (std::size_t label = 1; label < list.class_names.size(); ++label) {
    const std::string& name = list.class_names[label];
    if (name.empty()) continue;
    if (names.empty()) names.emplace_back("background");
    auto found = std::find(names.begin() + 1, names.end(), name);
    if (found == names.end()) {
      if (names.size() <= label) names.resize(label + 1);
      found = names[label].empty() ? names.begin() + static_cast<std::ptrdiff_t>(label)
                                   : names.insert(names.end(), name);
      *found = name;
    }
    label_of[static_cast<int>(label)] = static_cast<int>(std::distance(names.begin(), found));
  }
  for (Particle& particle : list.particles)
    if (const auto found = label_of.find(particle.class_label); found != label_of.end())
      particle.class_label = found->second;
  list.class_names = names;
}

void append_list(ParticleList& list, ParticleList more, std::string_view area) {
  std::vector<std::string> names = list.class_names;
  renumber_classes(more, names);
  list.class_names = std::move(names);
  std::vector<int> index_of;
  for (const ListTomogram& tomogram : more.tomograms) {
    auto found = std::find_if(list.tomograms.begin(), list.tomograms.end(),
                              [&](const ListTomogram& t) { return t.name == tomogram.name; });
    if (found == list.tomograms.end())
      found = list.tomograms.insert(list.tomograms.end(), tomogram);
    else
      unite(*found, tomogram, area);
    index_of.push_back(static_cast<int>(std::distance(list.tomograms.begin(), found)));
  }
  unite(list.unnamed, more.unnamed, area);
  append_columns(list, std::move(more.extra_columns), list.particles.size(), more.particles.size());
  for (Particle& particle : more.particles) {
    if (particle.tomogram)
      particle.tomogram = index_of.at(static_cast<std::size_t>(*particle.tomogram));
    list.particles.push_back(particle);
  }
  for (std::string& warning : more.warnings)
    if (std::find(list.warnings.begin(), list.warnings.end(), warning) == list.warnings.end())
      list.warnings.push_back(std::move(warning));
}

}  // namespace dfe
