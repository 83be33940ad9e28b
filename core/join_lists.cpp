// SPDX-License-Identifier: Apache-2.0
// Several lists as one, see core/particle_lists.hpp. Names decide, for classes as for tomograms:
// labels and indices mean something within their list only.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/join_classes.hpp"
#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
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

/// Refuses two names of one tomogram that state different pixel sizes: positions count pixels.
void check_names(const ListTomogram& t, const ListTomogram& more, std::string_view area) {
  const auto own = pixel_size_in_name(t.name), other = pixel_size_in_name(more.name);
  if (own && other && *other > 0 && std::abs(*own / *other - 1) > 0.01 &&
      !(t.voxel_size.known() && more.voxel_size.known()))
    throw Error(ErrorKind::Usage, area, t.name,
                "and '" + more.name + "' are one tomogram at two pixel sizes by their names",
                "convert each list to the same voxels first, with --input-binning");
}

/// The tomogram of the list that a name means; the number of tomograms if there is none. Numbers
/// mean something within their list only.
std::size_t place_of(const std::vector<ListTomogram>& tomograms, const ListTomogram& wanted) {
  const auto equal = std::find_if(tomograms.begin(), tomograms.end(),
                                  [&](const ListTomogram& t) { return t.name == wanted.name; });
  const std::string id = wanted.numbered ? std::string() : tomogram_id(wanted.name);
  const auto found =
      equal != tomograms.end() || wanted.numbered
          ? equal
          : std::find_if(tomograms.begin(), tomograms.end(), [&](const ListTomogram& t) {
              return !t.numbered && tomogram_id(t.name) == id;
            });
  return static_cast<std::size_t>(found - tomograms.begin());
}

/// Adds tomograms to those of the list; their new places.
std::vector<int> add_tomograms(ParticleList& list, const std::vector<ListTomogram>& more,
                               std::string_view area) {
  std::vector<int> index_of;
  for (const ListTomogram& tomogram : more) {
    const std::size_t place = place_of(list.tomograms, tomogram);
    index_of.push_back(static_cast<int>(place));
    if (place == list.tomograms.size()) {
      list.tomograms.push_back(tomogram);
      continue;
    }
    ListTomogram& own = list.tomograms[place];
    if (own.name != tomogram.name) {
      check_names(own, tomogram, area);
      list.warnings.push_back("'" + tomogram.name + "' is the same tomogram as '" + own.name +
                              "'; their particles are joined");
    }
    unite(own, tomogram, area);
  }
  return index_of;
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

void append_list(ParticleList& list, ParticleList more, std::string_view area) {
  join_classes(list, more);
  const std::vector<int> index_of = add_tomograms(list, more.tomograms, area);
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

void join_spellings(ParticleList& list, std::string_view area) {
  std::set<std::string> ids;
  bool repeated = false;
  for (const ListTomogram& tomogram : list.tomograms)
    if (!tomogram.numbered && !ids.insert(tomogram_id(tomogram.name)).second) repeated = true;
  if (!repeated) return;
  std::vector<ListTomogram> all;
  std::swap(all, list.tomograms);
  const std::vector<int> index_of = add_tomograms(list, all, area);
  for (Particle& particle : list.particles)
    if (particle.tomogram)
      particle.tomogram = index_of.at(static_cast<std::size_t>(*particle.tomogram));
}

void renumber_repeated(ParticleList& list) {
  std::set<std::int64_t> numbers;
  bool repeated = false;
  for (const Particle& particle : list.particles)
    repeated = repeated || (particle.object_id && !numbers.insert(*particle.object_id).second);
  if (repeated) {
    std::int64_t next = 0;
    for (Particle& particle : list.particles) particle.object_id = ++next;
    list.warnings.emplace_back(
        "object numbers of the joined lists repeat, so particles are numbered from 1");
  }
  const auto repeats = [](const ExtraColumn& column) {
    std::set<std::string_view> names;
    return column.name == "_rlnTomoParticleName" &&
           std::any_of(column.values.begin(), column.values.end(),
                       [&](const std::string& name) { return !names.insert(name).second; });
  };
  if (std::erase_if(list.extra_columns, repeats) > 0)
    list.warnings.emplace_back(
        "names of particles (rlnTomoParticleName) repeat in the joined lists, so they are new");
}

}  // namespace dfe
