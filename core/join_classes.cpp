// SPDX-License-Identifier: Apache-2.0
// Classes of several lists, see the headers. Names decide; a label without a name stays what it is.
#include "core/join_classes.hpp"

#include <algorithm>
#include <map>

#include "core/class_names.hpp"
#include "core/particle_lists.hpp"

namespace dfe {

namespace {

/// Classes whose stated label is that of a class without a name have another one.
std::vector<std::string> moved_classes(const ParticleList& list, const std::set<int>& without_name,
                                       const std::vector<std::string>& names) {
  std::vector<std::string> moved;
  if (list.labels_from_names) return moved;
  for (const int label : without_name) {
    if (!is_named(list.class_names, label)) continue;
    const std::string& name = list.class_names[static_cast<std::size_t>(label)];
    const auto found = std::find(names.begin(), names.end(), name);
    moved.push_back(
        "class " + name + " has the label " + std::to_string(std::distance(names.begin(), found)) +
        " in the joined list, because " + std::to_string(label) + " is a class without a name");
  }
  return moved;
}

}  // namespace

bool has_class_names(const ParticleList& list) { return any_class_named(list.class_names); }

std::set<int> classes_without_name(const std::vector<const ParticleList*>& lists) {
  bool some_named = false, some_labelled = false;
  for (const ParticleList* list : lists) {
    const bool named = has_class_names(*list);
    some_named = some_named || named;
    some_labelled = some_labelled || (named && !list->labels_from_names);
  }
  std::set<int> labels;
  if (!some_named) return labels;
  for (const ParticleList* list : lists) {
    if (!has_class_names(*list) && (some_labelled || !list->labels_from_names)) continue;
    for (const Particle& particle : list->particles)
      if (!is_named(list->class_names, particle.class_label)) labels.insert(particle.class_label);
  }
  return labels;
}

void renumber_classes(ParticleList& list, std::vector<std::string>& names,
                      const std::set<int>& without_name) {
  std::map<int, int> label_of;
  std::vector<int> displaced;
  const auto give = [&](int old_label, std::size_t label) {
    if (names.size() <= label) names.resize(label + 1);
    names[label] = list.class_names[static_cast<std::size_t>(old_label)];
    label_of[old_label] = static_cast<int>(label);
  };
  for (std::size_t label = 1; label < list.class_names.size(); ++label) {
    if (list.class_names[label].empty()) continue;
    if (names.empty()) names.emplace_back("background");
    const auto known = std::find(names.begin() + 1, names.end(), list.class_names[label]);
    if (known != names.end())
      label_of[static_cast<int>(label)] = static_cast<int>(std::distance(names.begin(), known));
    else if (without_name.count(static_cast<int>(label)) == 0 &&
             (label >= names.size() || names[label].empty()))
      give(static_cast<int>(label), label);
    else
      displaced.push_back(static_cast<int>(label));
  }
  for (const int old_label : displaced) {
    std::size_t label = names.size();
    while (without_name.count(static_cast<int>(label)) > 0) ++label;
    give(old_label, label);
  }
  for (Particle& particle : list.particles)
    if (const auto found = label_of.find(particle.class_label); found != label_of.end())
      particle.class_label = found->second;
  list.class_names = names;
}

void join_classes(ParticleList& list, ParticleList& more) {
  const std::set<int> without_name = classes_without_name({&list, &more});
  const bool named = has_class_names(list), more_named = has_class_names(more);
  const bool from_names = list.labels_from_names && more.labels_from_names;
  std::vector<std::string> names;
  if (!list.class_names.empty()) names.push_back(list.class_names[0]);
  for (ParticleList* each : {&list, &more}) {
    ParticleList stated;
    stated.class_names = each->class_names;
    stated.labels_from_names = each->labels_from_names;
    renumber_classes(*each, names, without_name);
    for (std::string& text : moved_classes(stated, without_name, names))
      list.warnings.push_back(std::move(text));
  }
  list.class_names = names;
  if (named != more_named && !from_names && !list.particles.empty() && !more.particles.empty())
    list.warnings.push_back(
        "only some of the joined lists name their classes; labels of the others are read as " +
        numbered_names(names));
  list.labels_from_names = from_names;
}

}  // namespace dfe
