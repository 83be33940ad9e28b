// SPDX-License-Identifier: Apache-2.0
// What formats keep, see the header.
#include "io/lists/keeps.hpp"

#include <algorithm>
#include <map>

#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "io/lists/changed_values.hpp"
#include "io/lists/class_labels.hpp"
#include "io/lists/copick.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/numbering.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

template <class Predicate>
bool any(const ParticleList& list, Predicate predicate) {
  return std::any_of(list.particles.begin(), list.particles.end(), predicate);
}

/// Formats that count tomograms and particles as io/lists/numbering.hpp does.
bool is_numbered(ListFormat format) {
  return format == ListFormat::Dynamo || format == ListFormat::Motl ||
         format == ListFormat::MotlCsv || format == ListFormat::Stopgap;
}

/// "0 TS_01, 1 TS_02, ..."
std::string numbers_of(const ParticleList& list, ListFormat format) {
  constexpr std::size_t kShown = 20;
  const std::vector<int> numbers = tomogram_numbers(list);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kShown, numbers.size()); ++i)
    names.push_back(std::to_string(is_numbered(format) ? numbers[i] : static_cast<int>(i)) + " " +
                    list.tomograms[i].name);
  if (numbers.size() > kShown) names.emplace_back("...");
  return join(names);
}

/// What only numbered formats lose, and the one voxel size of IMOD models.
void say_numbered_losses(const ParticleList& list, ListFormat format,
                         std::vector<std::string>& said) {
  if (is_numbered(format)) {
    const std::int64_t most = format == ListFormat::Motl ? kMostInFloat : kMostInDouble;
    if (loses_particle_numbers(list, most))
      said.push_back("object numbers are missing, repeat or are not from 1 to " +
                     std::to_string(most) + ", so particles are numbered from 1");
  }
  const bool sized =
      any(list, [&](const Particle& p) { return list.tomogram_of(p).voxel_size.known(); });
  if (format == ListFormat::Imod && sized && !one_voxel_size(list).known())
    said.emplace_back(
        "a model has one pixel size and the list has several, so none is in the file");
}

void say_cut_names(const ParticleList& list, std::vector<std::string>& said) {
  for (const std::string& name : list.class_names)
    if (imod_object_name(name) != name)
      said.push_back("IMOD's names of objects have at most 63 bytes: '" + name + "' is '" +
                     std::string(imod_object_name(name)) + "' in the file");
}

/// Formats with names of classes, but no labels: those that the readers here do not give again.
void say_renumbered(const ParticleList& list, std::vector<std::string>& said) {
  std::vector<std::string> names;
  for (const Particle& p : list.particles)
    names.push_back(class_name(list.class_names, p.class_label));
  const std::vector<int> again = labels_of_names(names);
  std::map<int, std::string> changed;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const int label = list.particles[i].class_label; label != again[i])
      changed[label] = std::to_string(label) + " " + names[i];
  std::vector<std::string> labels;
  labels.reserve(changed.size());
  for (const auto& [label, text] : changed) labels.push_back(text);
  if (!labels.empty())
    said.push_back("the format names classes without labels, so these are not in the file: " +
                   join(labels));
}

/// copick's own rules for names of objects.
void say_renamed(const ParticleList& list, std::vector<std::string>& said) {
  for (const std::string& name : list.class_names)
    if (copick_object(name) != name)
      said.push_back("copick takes no underscores and blanks in names: '" + name + "' is '" +
                     copick_object(name) + "' in the file");
}

void say_lost_columns(const ParticleList& list, ListFormat format, std::vector<std::string>& said) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> lost;
  for (const ExtraColumn& column : list.extra_columns) {
    if (keeps_column(format, column.name) || list.particles.empty()) continue;
    std::string_view name = column.name;
    name.remove_prefix(is_optics_column(name) ? name.find('/') + 1 : 0);
    name.remove_prefix(name.starts_with('_') ? 1 : 0);
    lost.push_back(shown(name));
  }
  if (lost.empty()) return;
  const std::size_t more = lost.size() - std::min(kShown, lost.size());
  lost.resize(lost.size() - more);
  said.push_back("the format has no place for these columns, so they are not in the file: " +
                 join(lost) + (more > 0 ? " and " + std::to_string(more) + " more" : ""));
}

/// Formats of picking and viewing programs.
Keeps keeps_of_pickers(ListFormat format) {
  const Keeps named{.tomograms = true, .tomogram_names = true};
  Keeps kept;
  switch (format) {
    case ListFormat::Warp:
    case ListFormat::Relion5Import:
      kept = keeps(ListFormat::Relion5);
      kept.voxel_size = format == ListFormat::Warp;
      break;
    case ListFormat::Copick:
      kept = named;
      kept.class_names = kept.orientations = kept.scores = kept.object_ids = true;
      kept.voxel_size = true;
      break;
    case ListFormat::CopickCsv:
      kept = named;
      kept.orientations = kept.scores = kept.object_ids = true;
      break;
    case ListFormat::Eman2:
      kept = named;
      kept.classes = kept.class_names = kept.scores = true;
      break;
    case ListFormat::Czii:
      kept = named;
      kept.class_names = kept.object_ids = true;
      break;
    case ListFormat::Markers:
      kept.classes = kept.class_names = kept.scores = kept.object_ids = true;
      break;
    case ListFormat::DeepEtPicker:
      kept.classes = true;
      break;
    case ListFormat::Cbox:
      kept.scores = true;
      break;
    default:
      break;
  }
  return kept;
}

}  // namespace

bool is_relion(ListFormat format) {
  return format == ListFormat::Star || format == ListFormat::Relion3 ||
         format == ListFormat::Relion4 || format == ListFormat::Relion5 ||
         format == ListFormat::Relion5Import || format == ListFormat::Warp;
}

Keeps keeps(ListFormat format) {
  switch (format) {
    case ListFormat::Xml:
      return {.tomograms = true,
              .classes = true,
              .orientations = true,
              .scores = true,
              .object_ids = true,
              .cluster_sizes = true};
    case ListFormat::Dynamo:
      return {.tomograms = true,
              .tomogram_names = true,
              .classes = true,
              .orientations = true,
              .scores = true,
              .object_ids = true,
              .voxel_size = true};
    case ListFormat::Imod:
      return {.tomograms = true,
              .tomogram_names = true,
              .classes = true,
              .class_names = true,
              .scores = true,
              .voxel_size = true};
    case ListFormat::Motl:
    case ListFormat::MotlCsv:
    case ListFormat::Stopgap:
      return {.tomograms = true,
              .classes = true,
              .orientations = true,
              .scores = true,
              .object_ids = true};
    case ListFormat::Star:
    case ListFormat::Relion3:
    case ListFormat::Relion4:
    case ListFormat::Relion5:
    case ListFormat::Csv:
    case ListFormat::Tsv:
      return {true, true, true, true, true, true, true, true, true};
    case ListFormat::Auto:
    case ListFormat::Shrec:
      return {};
    default:
      return keeps_of_pickers(format);
  }
}

std::vector<std::string> losses(const ParticleList& list, ListFormat format) {
  const Keeps can = keeps(format);
  std::vector<std::string> said;
  const auto is_named = [&](const Particle& p) {
    return p.tomogram && !list.tomogram_of(p).numbered;
  };
  const bool named = any(list, is_named);
  if (named && !can.tomograms)
    said.emplace_back("the format has no place for tomograms, so their names are not in the file");
  else if (!can.tomogram_names && (named || (is_numbered(format) && !same_tomogram_numbers(list))))
    said.push_back("the format has no names of tomograms, only numbers: " +
                   numbers_of(list, format));
  const auto say = [&](bool has, bool kept, const char* what) {
    if (has && !kept)
      said.push_back(std::string("the format has no place for ") + what +
                     ", so they are not in the file");
  };
  if (can.class_names && !can.classes)
    say_renumbered(list, said);
  else
    say(any(list, [](const Particle& p) { return p.class_label != 1; }), can.classes, "classes");
  say(has_class_names(list), can.class_names, "class names");
  say(any(list, [](const Particle& p) { return p.orientation.has_value(); }), can.orientations,
      "orientations");
  say(any(list, [](const Particle& p) { return p.score.has_value(); }), can.scores, "scores");
  say(any(list, [](const Particle& p) { return p.cluster_size.has_value(); }), can.cluster_sizes,
      "cluster sizes");
  if (!is_numbered(format))  // which says how it numbers them
    say(any(list, [](const Particle& p) { return p.object_id.has_value(); }), can.object_ids,
        "object numbers");
  say(any(list, [&](const Particle& p) { return list.tomogram_of(p).voxel_size.known(); }),
      can.voxel_size, "voxel sizes");
  say_numbered_losses(list, format, said);
  if (format == ListFormat::Imod) say_cut_names(list, said);
  if (format == ListFormat::Copick) say_renamed(list, said);
  say_changed_values(list, format, said);
  say_lost_columns(list, format, said);
  return said;
}

}  // namespace dfe::io::lists
