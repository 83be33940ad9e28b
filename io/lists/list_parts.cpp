// SPDX-License-Identifier: Apache-2.0
// Lists in several files, see the header.
#include "io/lists/list_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
#include "io/lists/cbox.hpp"
#include "io/lists/coords.hpp"
#include "io/lists/copick.hpp"
#include "io/lists/eman2.hpp"
#include "io/lists/markers.hpp"
#include "io/lists/place.hpp"
#include "io/lists/plain_csv.hpp"

namespace dfe::io::lists {

namespace fs = std::filesystem;

namespace {

/// As part of a file's name.
std::string for_file(std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return name.empty() || name[0] == '.' ? "_" + name : name;
}

fs::path path_in_folder(const fs::path& folder, const std::string& tomogram,
                        const std::string& object, ListFormat format) {
  const std::string name = for_file(tomogram);
  switch (format) {
    case ListFormat::Copick:
      return folder / "ExperimentRuns" / for_file(tomogram) / "Picks" / copick_file_name(object);
    case ListFormat::Eman2:
      return folder / "info" / (for_file(tomogram_id(tomogram)) + "_info.json");
    case ListFormat::Cbox:
      return folder / (name + ".cbox");
    case ListFormat::Markers:
      return folder / (name + ".cmm");
    case ListFormat::Napari:
      return folder / (name + ".csv");
    default:
      return folder / (name + ".coords");
  }
}

std::string text_of(const ParticleList& list, const std::string& tomogram, const std::string& name,
                    const ListOptions& options) {
  ListOptions of_angstrom = options;  // Å count from the tomogram's voxel whatever the binning
  of_angstrom.binning.reset();
  switch (options.format) {
    case ListFormat::Eman2:
      return format_eman2(on_pixels(list, name, of_angstrom, false), name, options);
    case ListFormat::Copick:
      return format_copick(on_pixels(list, name, of_angstrom, false), tomogram, name, options);
    case ListFormat::Markers:
      return format_markers(on_pixels(list, name, of_angstrom, false), name, options);
    case ListFormat::Cbox:
      return format_cbox(on_pixels(list, name, options, false));
    case ListFormat::Napari:
      return format_napari(on_pixels(list, name, options, false));
    default:
      return format_coords(on_pixels(list, name, options, false), options);
  }
}

/// Rows of one tomogram and, for copick, one class.
using Key = std::pair<int, int>;

std::map<Key, std::vector<std::size_t>> groups_of(const ParticleList& list, ListFormat format) {
  std::map<Key, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle& p = list.particles[i];
    groups[{p.tomogram.value_or(-1), format == ListFormat::Copick ? p.class_label : 0}].push_back(
        i);
  }
  return groups;
}

[[noreturn]] void refuse_several(const fs::path& path, std::size_t tomograms, std::size_t classes) {
  const std::string what = tomograms > 1 ? fmt::format("particles of {} tomograms", tomograms)
                                         : fmt::format("{} classes", classes);
  throw Error(ErrorKind::Usage, "list", path.string(),
              "a file of this format holds one " +
                  std::string(tomograms > 1 ? "tomogram" : "class") + ", and the list has " + what,
              "give a folder as output of 'dfengine convert' (a name without extension)");
}

}  // namespace

std::string tomogram_name(const ParticleList& list, const Particle& particle,
                          const ListOptions& options) {
  const std::string& name = list.tomogram_of(particle).name;
  if (!name.empty()) return name;
  if (!options.tomogram_name.empty()) return options.tomogram_name;
  return options.tomograms.size() == 1 ? options.tomograms[0].name : std::string();
}

std::string required_tomogram(const ParticleList& list, const Particle& particle,
                              const std::string& file, const ListOptions& options,
                              const std::string& format) {
  std::string name = tomogram_name(list, particle, options);
  if (name.empty())
    throw Error(ErrorKind::Usage, "list", file,
                format + " needs the name of the tomogram, and the list has none",
                "give --tomogram-name");
  return name;
}

ParticleList rows_of(const ParticleList& list, const std::vector<std::size_t>& rows) {
  ParticleList part;
  part.tomograms = list.tomograms;
  part.unnamed = list.unnamed;
  part.class_names = list.class_names;
  for (const ExtraColumn& column : list.extra_columns)
    part.extra_columns.push_back({column.name, {}});
  for (const std::size_t row : rows) {
    part.particles.push_back(list.particles[row]);
    for (std::size_t c = 0; c < list.extra_columns.size(); ++c)
      part.extra_columns[c].values.push_back(list.extra_columns[c].values[row]);
  }
  return part;
}

bool one_tomogram_per_file(ListFormat format) {
  switch (format) {
    case ListFormat::Copick:
    case ListFormat::Eman2:
    case ListFormat::Coords:
    case ListFormat::DeepEtPicker:
    case ListFormat::Cbox:
    case ListFormat::Markers:
    case ListFormat::Napari:
      return true;
    default:
      return false;
  }
}

std::vector<ListFile> format_parts(const ParticleList& list, const fs::path& path,
                                   const ListOptions& options) {
  const auto groups = groups_of(list, options.format);
  if (!is_list_folder(path, options.format)) {
    std::set<int> tomograms;
    for (const auto& [key, rows] : groups) tomograms.insert(key.first);
    if (groups.size() > 1) refuse_several(path, tomograms.size(), groups.size());
    const std::string tomogram =
        list.particles.empty() ? std::string() : tomogram_name(list, list.particles[0], options);
    return {{path, text_of(list, tomogram, path.string(), options)}};
  }
  std::vector<ListFile> files;
  std::set<fs::path> used;
  for (const auto& [key, rows] : groups) {
    const ParticleList part = rows_of(list, rows);
    const std::string tomogram = required_tomogram(part, part.particles[0], path.string(), options,
                                                   "a folder with a file for each tomogram");
    const fs::path file =
        path_in_folder(path, tomogram, class_name(list.class_names, key.second), options.format);
    if (!used.insert(file).second)
      throw Error(ErrorKind::Usage, "list", file.string(), "two parts of the list have this name",
                  "give tomograms and classes different names");
    files.push_back({file, text_of(part, tomogram, file.string(), options)});
  }
  return files;
}

}  // namespace dfe::io::lists
